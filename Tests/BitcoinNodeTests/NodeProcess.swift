import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

/// An embedded node in a process of its own.
final class NodeProcess {
    let process = Process()
    private let directory: TemporaryFolder
    let port: Int
    let cookie: URL
    let client: PlainCaller

    /// Starts the node and waits until it listens.
    ///
    /// - Parameter port: the port; 0 takes a free one.
    init(directory: TemporaryFolder, port: Int = 0) throws {
        self.directory = directory
        let output = Pipe()
        process.executableURL = Bundle.main.bundleURL.appending(path: "regtest-node-process")
        process.arguments = [Kernel.path, directory.url.path, String(port)]
        process.standardOutput = output
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { break }
            line += part
        }
        self.port = try #require(Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)))
        cookie = directory.url.appending(path: ".cookie")
        client = PlainCaller(port: self.port, authorization: try String(contentsOf: cookie, encoding: .utf8))
    }

    /// How the pool reaches the node.
    var endpoint: NodeEndpoint { NodeEndpoint(port: port, credentials: .cookie(file: cookie)) }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill() }
    }
}
