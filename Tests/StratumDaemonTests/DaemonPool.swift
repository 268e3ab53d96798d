import Bitcoin
import Foundation
import StratumConversations
import Synchronization
import TestSupport

/// `radpoold` as a process of its own in a folder of its own, by default on its embedded regtest node.
final class DaemonPool: Endpoint {
    private let files: TemporaryFolder
    private let certificate: Certificate
    private let settings: DaemonSettings
    /// The command that runs the daemon as the same process.
    private var command: [String] = []
    private var process: Process?
    /// A second signal would cut the end short.
    private var isEnding = false
    private var ports: [UInt16] = []
    private var nodePort: UInt16 = 0
    private var apiPort: UInt16 = 0
    private var payoutAddress = ""

    var port: UInt16 { ports[0] }
    var tlsPort: UInt16 { ports[1] }
    var highPort: UInt16 { ports[2] }
    let proxySource = "127.0.0.2"

    private var folder: URL { files.url.appending(path: "msp") }

    /// A daemon for a conversation.
    convenience init(_ rules: PoolRules) throws {
        try self.init(DaemonSettings(rules: rules))
    }

    /// Makes keys, genesis and configuration, and starts the daemon.
    ///
    /// - Parameter prepare: called with the data folder before the start. It returns the command that `radpoold` and
    ///   its arguments are given to, which must run it as the same process; none for `radpoold` itself.
    init(_ settings: DaemonSettings, prepare: (URL) throws -> [String] = { _ in [] }) throws {
        self.settings = settings
        files = try TemporaryFolder("daemon")
        certificate = try Certificate()
        let maker = Process()
        maker.executableURL = Self.program("radpool")
        maker.arguments = ["init", folder.path, "--network", "regtest"]
        maker.standardOutput = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()
        guard maker.terminationStatus == 0 else { throw Mismatch("radpool init: \(maker.terminationStatus)") }
        try adaptGenesis(settings.rules)
        try DaemonConfiguration.text(settings, certificate: certificate.folder, proxySource: proxySource)
            .write(to: folder.appending(path: "radpool.toml"), atomically: true, encoding: .utf8)
        command = try prepare(dataFolder)
        try start()
    }

    deinit {
        if let process, process.isRunning {
            _ = Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    static func program(_ name: String) -> URL {
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
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            command + [Self.program("radpoold").path, "--config", folder.appending(path: "radpool.toml").path]
        process.standardError = log
        try process.run()
        self.process = process
        ports = []
        var text = ""
        apiPort = 0
        while ports.count < 3 || (settings.servesAPI && apiPort == 0) {
            let data = log.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Mismatch("radpoold ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            ports = lines.filter { $0.contains("url=stratum") }.compactMap(Self.portInURL)
            nodePort = lines.first { $0.contains("embedded regtest node") }.flatMap(Self.portInURL) ?? 0
            apiPort = lines.first { $0.contains("HTTP is served") }.flatMap(Self.portInURL) ?? 0
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

    private var dataFolder: URL { folder.appending(path: "data") }

    /// The journal's database.
    var journal: URL { dataFolder.appending(path: "radpool.sqlite") }

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

    // MARK: HTTP

    /// A request and its answer with the head; nil unless the status is 200.
    private static func exchange(
        _ port: UInt16, _ request: String, _ fields: [String] = [], body: String = ""
    ) throws -> String? {
        let connection = try Connection(port: port)
        let head = ["\(request) HTTP/1.1", "Host: localhost", "Connection: close"] + fields
        try connection.send(bytes: Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        let answer = try connection.rest()
        return answer.hasPrefix("HTTP/1.1 200") ? answer : nil
    }

    /// What the API answers, the head included.
    private func get(_ path: String) throws -> String {
        guard let answer = try Self.exchange(apiPort, "GET \(path)") else { throw Mismatch("no \(path)") }
        return answer
    }

    /// Waits until what the API answers, which may be old by a quarter of a second, has a text; returns the answer.
    @discardableResult
    func waitForAnswer(_ path: String, with text: String) throws -> String {
        var answer = ""
        for _ in 0..<Connection.safetyNet / 10 {
            answer = try get(path)
            if answer.contains(text) { return answer }
            usleep(10_000)
        }
        throw Mismatch("no \(text) in \(path): \(answer)")
    }

    /// A call of the embedded node; nil for an error of the call.
    private func call(_ method: String, _ params: String) throws -> String? {
        let cookie = try String(contentsOf: dataFolder.appending(path: "regtest-node/.cookie"), encoding: .utf8)
        let body = #"{"id":1,"method":"\#(method)","params":\#(params)}"#
        let key = Data(cookie.utf8).base64EncodedString()
        return try Self.exchange(
            nodePort, "POST /", ["Authorization: Basic \(key)", "Content-Length: \(body.utf8.count)"], body: body)
    }

    // MARK: Node

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
