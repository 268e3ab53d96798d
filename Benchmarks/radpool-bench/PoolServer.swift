import ArgumentParser
import Bitcoin
import BitcoinNode
import CLoad
import Curve
import Foundation
import Node
import Wire

/// The real daemon as a process of its own, with a syndicate of its own in a new directory.
final class PoolServer {
    let child: Child
    let port: UInt16
    private let httpPort: UInt16
    private let folder: URL

    /// The lowest level, and the only one: a share takes two hashes, and vardiff, which is on, has nowhere to go.
    static let level = 33

    /// Starts `radpoold` on a node.
    ///
    /// - Parameter nodePort: where it finds the node: the node's own port, or that of a relay.
    init(folder: URL, cookie: URL, nodePort: UInt16, processor: UInt32) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        (port, httpPort) = (try Self.freePort(), try Self.freePort())
        try Self.writeGenesis(folder)
        let text = Self.configuration(port: port, httpPort: httpPort, nodePort: nodePort, cookie: cookie)
        try Data(text.utf8).write(to: folder.appending(path: "radpool.toml"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "data"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        child = try Child(
            "radpoold", ["--config", folder.appending(path: "radpool.toml").path], processor: processor,
            log: folder.appending(path: "radpoold.log"))
    }

    /// Waits until miners are let in.
    func awaitFirstJob() async throws {
        try await awaitJob(after: 0)
    }

    /// What the daemon says of itself.
    func status() async throws -> JSONValue {
        let exchange = HTTPExchange("GET", url: "http://127.0.0.1:\(httpPort)/api/v1/status")
        do {
            return try JSONValue(parsing: try await exchange?.perform(timeout: .seconds(10)).body ?? [])
        } catch {
            throw ValidationError("radpoold's status: \(error)")
        }
    }

    /// Groups that the journal has committed.
    func commits() async throws -> Double {
        Double(try await status()["journal"]?["commits"]?.wholeNumber ?? 0)
    }

    /// Waits until nobody is connected, and what that took is over.
    func awaitQuiet() async throws {
        _ = try await child.await("the end of all connections") {
            try await status()["connections"]?.wholeNumber == 0 ? true : nil
        }
        try await Task.sleep(for: .milliseconds(200))
    }

    /// Waits for a full job above a height; the first on a new block has no transactions.
    func awaitJob(after height: Int64) async throws {
        _ = try await child.await("a job above height \(height)") { () -> Int64? in
            guard let job = try? await status()["job"], let found = job["height"]?.wholeNumber,
                let transactions = job["transactions"]?.wholeNumber
            else {
                return nil
            }
            return found > height && transactions >= NodeClient.transactionCount ? found : nil
        }
    }

    /// The height that miners work on.
    func height() async throws -> Int64 {
        try await status()["job"]?["height"]?.wholeNumber ?? 0
    }

    /// Lines of the log that tell of an error or a warning.
    var complaints: [String] {
        let text = (try? String(contentsOf: folder.appending(path: "radpoold.log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init).filter { line in
            [" error ", " warning ", " critical "].contains { line.contains($0) }
        }
    }

    // MARK: Configuration

    /// Writes the genesis and the keys of a syndicate of one. The coinbase pays a script of 42 bytes, the longest that
    /// has an address, and carries a tag of 20, which makes it as long as this server's coinbases get.
    private static func writeGenesis(_ folder: URL) throws {
        let context = try KeyFile.makeContext()
        let key = try KeyFile.create(path: folder.appending(path: "msp.key").path, context: context)
        let program = [UInt8](repeating: 0x7f, count: 40)
        let script = Script([0x52]).pushingVerbatim(program)
        var terms = GenesisTerms(network: .regtest)
        terms.lowestLevel = UInt8(level)
        terms.highestLevel = UInt8(level)
        guard let name = RecordName("bench") else { return }
        let genesis = try Genesis(
            network: .regtest, name: name, members: [Genesis.Member(key: key.bytes, payoutScript: script)],
            bootstrapScript: script, terms: terms)
        try Data(genesis.encoded()).write(to: folder.appending(path: "genesis.record"))
    }

    private static func configuration(port: UInt16, httpPort: UInt16, nodePort: UInt16, cookie: URL) -> String {
        """
        [pool]
        data_directory = "data"
        genesis = "genesis.record"
        key_file = "msp.key"
        coinbase_tag = "radpool/benchmarks/1"
        [bitcoin]
        regtest_block_difficulty = 1073741824
        [[bitcoin.node]]
        url = "http://127.0.0.1:\(nodePort)"
        cookie_file = "\(cookie.path)"
        [stratum]
        threads = 1
        max_connections = 12000
        max_connections_per_address = 12000
        [[stratum.listen]]
        address = "127.0.0.1"
        port = \(port)
        [accounts]
        rule = "open"
        maximum = 1000000
        [http]
        address = "127.0.0.1"
        port = \(httpPort)
        """
    }

    /// A port that nobody listens on now.
    private static func freePort() throws -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
            }
        }
        guard socket >= 0, status else { throw ValidationError("no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}
