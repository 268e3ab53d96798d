import Foundation
import StratumConversations
import TestSupport

/// `radpool regtest-node` as a process that a daemon has for its bitcoin node.
final class SeparateNode {
    private let files: TemporaryFolder
    private var process = Process()
    /// The port of its JSON-RPC, the same after each start.
    private(set) var port: UInt16 = 0

    /// Starts it on a free port.
    init() throws {
        files = try TemporaryFolder("node")
        try start()
    }

    deinit {
        if process.isRunning { kill() }
    }

    private var cookie: String { files.path("cookie") }

    /// Starts it, or starts it again.
    func start() throws {
        process = Process()
        let output = Pipe()
        process.executableURL = DaemonPool.program("radpool")
        process.arguments = [
            "regtest-node", "--directory", files.path("chain"), "--port", String(port), "--cookie", cookie,
        ]
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let tail = line.components(separatedBy: "127.0.0.1:").dropFirst().first,
            let port = UInt16(tail.prefix { $0.isNumber })
        else { throw Mismatch("no node: \(line)") }
        self.port = port
    }

    /// SIGKILL.
    func kill() {
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What the daemon's section `bitcoin` says of it.
    var settings: [String] {
        ["[[bitcoin.node]]", "url = \"http://127.0.0.1:\(port)\"", "cookie_file = \"\(cookie)\""]
    }
}
