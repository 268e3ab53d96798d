import Bitcoin
import Foundation
import StratumConversations
import Synchronization

/// `radpoold` as a process of its own, on its embedded regtest node, in a folder of its own.
final class DaemonPool: Endpoint {
    private let folder: URL
    private var process: Process?
    /// A second signal would cut the end short.
    private var isEnding = false
    private var ports: [UInt16] = []
    private var nodePort: UInt16 = 0
    private var payoutAddress = ""

    var port: UInt16 { ports[0] }
    var tlsPort: UInt16 { ports[1] }
    var highPort: UInt16 { ports[2] }
    let proxySource = "127.0.0.2"

    /// Makes keys, genesis and configuration, and starts the daemon.
    init(_ rules: PoolRules) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "radpool-daemon-\(UUID().uuidString)")
        let maker = Process()
        maker.executableURL = Self.program("radpool")
        maker.arguments = ["init", folder.path, "--network", "regtest"]
        maker.standardOutput = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()
        guard maker.terminationStatus == 0 else { throw Mismatch("radpool init: \(maker.terminationStatus)") }
        try adaptGenesis(rules)
        let certificate = try Certificate.folder.get()
        try DaemonConfiguration.text(rules, certificate: certificate, proxySource: proxySource)
            .write(to: folder.appending(path: "radpool.toml"), atomically: true, encoding: .utf8)
        try start()
    }

    deinit {
        if let process, process.isRunning {
            _ = Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private static func program(_ name: String) -> URL {
        Bundle.main.bundleURL.appending(path: name)
    }

    /// Levels below those of a real syndicate, so that two hashes make a share.
    private func adaptGenesis(_ rules: PoolRules) throws {
        let file = folder.appending(path: "genesis.toml")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let adapted = lines.map { line -> String in
            if line.hasPrefix("lowest_level") { return "lowest_level = \(rules.levels.lowerBound)" }
            if line.hasPrefix("regtest_level") { return "regtest_level = \(PoolRules.blockLevel)" }
            if line.hasPrefix("bootstrap_address") {
                payoutAddress = line.split(separator: "\"").dropFirst().first.map(String.init) ?? ""
            }
            return String(line)
        }
        try adapted.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    }

    // MARK: Start and end

    private func start() throws {
        let process = Process()
        let log = Pipe()
        process.executableURL = Self.program("radpoold")
        process.arguments = ["--config", folder.appending(path: "radpool.toml").path]
        process.standardError = log
        try process.run()
        self.process = process
        ports = []
        var text = ""
        while ports.count < 3 {
            let data = log.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Mismatch("radpoold ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            ports = lines.filter { $0.contains("url=stratum") }.compactMap(Self.portInURL)
            nodePort = lines.first { $0.contains("embedded regtest node") }.flatMap(Self.portInURL) ?? 0
        }
        let beginning = text
        // The log goes on, and is read so that the daemon never waits for its reader.
        let rest = Mutex("")
        log.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            rest.withLock { $0 = String(($0 + String(decoding: data, as: UTF8.self)).suffix(4_000)) }
        }
        for port in ports {
            do {
                try waitForPort(port)
            } catch {
                throw Mismatch("\(error); its log: \(beginning)\(rest.withLock { $0 })")
            }
        }
    }

    private static func portInURL(_ line: Substring) -> UInt16? {
        let tail = line.split(separator: ":").last ?? ""
        return UInt16(tail.prefix { $0.isNumber })
    }

    private func waitForPort(_ port: UInt16) throws {
        for _ in 0..<Connection.safetyNet {
            if let connection = try? Connection(port: port, source: "127.0.0.9") {
                connection.endSending()
                return try connection.expectEnd()
            }
            usleep(1_000)
        }
        throw Mismatch("port \(port) does not open")
    }

    func stop() throws {
        if !isEnding { process?.terminate() }
        isEnding = true
    }

    func restart() throws {
        try end()
        isEnding = false
        try start()
    }

    /// The journal's database.
    var journal: URL { folder.appending(path: "data/radpool.sqlite") }

    /// SIGKILL, and nothing of it is left.
    func kill() {
        guard let process else { return }
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Starts what was killed.
    func startAgain() throws {
        try start()
    }

    /// Ends the daemon in the orderly way; its exit code must be 0.
    func end() throws {
        try stop()
        process?.waitUntilExit()
        let status = process?.terminationStatus
        guard status == 0 else { throw Mismatch("radpoold ended with \(String(describing: status))") }
    }

    // MARK: Node

    /// A call of the embedded node; nil for an error of the call.
    private func call(_ method: String, _ params: String) throws -> String? {
        let cookie = try String(
            contentsOf: folder.appending(path: "data/regtest-node/.cookie"), encoding: .utf8)
        let body = #"{"id":1,"method":"\#(method)","params":\#(params)}"#
        let connection = try Connection(port: nodePort)
        let key = Data(cookie.utf8).base64EncodedString()
        let head = [
            "POST / HTTP/1.1", "Host: localhost", "Connection: close", "Authorization: Basic \(key)",
            "Content-Length: \(body.utf8.count)",
        ]
        try connection.send(bytes: Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        let answer = try connection.rest()
        guard answer.hasPrefix("HTTP/1.1 200") else { return nil }
        return answer
    }

    func newTip() throws {
        guard try call("generatetoaddress", #"[1,"\#(payoutAddress)"]"#) != nil else { throw Mismatch("no block") }
    }

    func waitForBlock(_ hash: Hash256) throws {
        for _ in 0..<Connection.safetyNet / 10 {
            if try call("getblockheader", #"["\#(hash.displayHex)"]"#) != nil { return }
            usleep(10_000)
        }
        throw Mismatch("the node does not know block \(hash)")
    }

    /// Miners that refuse the present job get a fresh one, at most one in five seconds: asks until it is there.
    func refresh() throws {
        for _ in 0..<Connection.safetyNet / 500 {
            let helper = try Miner(self, name: Accounts.third + ".helper")
            var share = try helper.find()
            share.job = "00fffffffffff021"
            for _ in 0..<8 { try helper.refused(share, 21, "job not found") }
            let before = helper.job.id
            for _ in 0..<50 where try !helper.connection.hasBytes() { usleep(10_000) }
            if try helper.connection.hasBytes() {
                try helper.expectJob(clean: false)
                if helper.job.id != before { return }
            }
        }
        throw Mismatch("no fresh job")
    }

    func minimumTime(of job: Job) -> UInt32? { nil }

    func agent(of account: String) -> String? { nil }
}
