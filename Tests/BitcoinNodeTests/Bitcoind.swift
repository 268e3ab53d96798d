import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

/// A real bitcoind on regtest; docs/third-party.md says how to get one.
final class Bitcoind {
    /// The program, if one is there to test with.
    static let path = ProcessInfo.processInfo.environment["RADPOOL_BITCOIND"]

    static let absence = "RADPOOL_BITCOIND names no bitcoind: docs/third-party.md"

    let directory: TemporaryFolder
    let port: Int
    let peerPort: Int
    let publisher: String
    private var process = Process()

    /// Writes the configuration and starts the node.
    ///
    /// - Parameter peer: the node to connect to.
    init(peer: Bitcoind? = nil) throws {
        directory = try TemporaryFolder("node")
        port = try Self.freePort()
        peerPort = try Self.freePort()
        publisher = "tcp://127.0.0.1:\(try Self.freePort())"
        let lines = [
            // Knots ends its life by date without this; Bitcoin Core does not know it and says so in its log.
            "regtest=1", "server=1", "softwareexpiry=0", "[regtest]", "bind=127.0.0.1:\(peerPort)", "rpcport=\(port)",
            "rpcbind=127.0.0.1", "rpcallowip=127.0.0.1", "zmqpubhashblock=\(publisher)",
            peer.map { "connect=127.0.0.1:\($0.peerPort)" } ?? "",
        ]
        let file = directory.url.appending(path: "bitcoin.conf")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        try start()
    }

    /// Starts the node, or starts it again.
    func start() throws {
        process = Process()
        process.executableURL = URL(filePath: try #require(Self.path))
        process.arguments = ["-datadir=\(directory.url.path)"]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill() }
    }

    var cookie: URL { directory.url.appending(path: "regtest/.cookie") }

    var endpoint: NodeEndpoint {
        NodeEndpoint(port: port, credentials: .cookie(file: cookie), hashBlockPublisher: publisher)
    }

    /// Calls the node as soon as it answers, for what the pool's own client does not do.
    func call(_ method: String, _ parameters: String = "[]") async throws -> JSONValue {
        while true {
            if let text = try? String(contentsOf: cookie, encoding: .utf8) {
                let client = PlainCaller(port: port, authorization: text)
                let body = "{\"id\":1,\"method\":\"\(method)\",\"params\":\(parameters)}"
                if let (_, text) = try? await client.post(body), let answer = try? JSONParser.parse(Array(text.utf8)) {
                    // RPC_IN_WARMUP: it will answer yet.
                    guard answer["error"]?["code"] == .integer(-28) else {
                        try #require(answer["error"] == .null, "\(text)")
                        return try #require(answer["result"])
                    }
                }
            }
            try #require(process.isRunning, "bitcoind has ended")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func freePort() throws -> Int { try FakeNode.closedPort() }
}
