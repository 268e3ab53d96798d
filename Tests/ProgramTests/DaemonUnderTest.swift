import Foundation
import Node
import Testing

/// A `radpoold` on the embedded node, with free ports on 127.0.0.1.
final class DaemonUnderTest {
    private let process: Process
    private let log: FileHandle
    private(set) var lines: [String] = []
    private var rest = ""

    /// Starts it and waits until it serves miners and HTTP.
    init(configuration: String, library: String, environment: [String: String] = [:]) throws {
        let own = [
            "RADPOOL_KERNEL_LIBRARY": library, "RADPOOL_STRATUM_LISTEN_1_PORT": "0", "RADPOOL_HTTP_PORT": "0",
            "RADPOOL_STRATUM_LISTEN_1_ADDRESS": "127.0.0.1", "RADPOOL_STRATUM_THREADS": "1",
        ]
        process = Program.radpoold.process(
            ["--config", configuration], environment: own.merging(environment) { _, given in given })
        let errors = Pipe()
        process.standardError = errors
        log = errors.fileHandleForReading
        try process.run()
        while api == nil || stratum == nil {
            guard readMore() else { break }
        }
        _ = try #require(api, "\(lines)")
    }

    /// The URL of the API.
    var api: String? { url(after: "HTTP is served url=").map { String($0.dropLast()) } }

    /// The URL of the first stratum port.
    var stratum: String? { url(after: "miners are served url=") }

    var processID: Int32 { process.processIdentifier }

    /// Sends a signal, waits for the end, and returns the exit code.
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        kill(process.processIdentifier, signal)
        while readMore() {}
        process.waitUntilExit()
        return process.terminationStatus
    }

    func get(_ path: String) async throws -> String {
        let request = try #require(HTTPExchange("GET", url: (api ?? "") + path))
        return String(decoding: try await request.perform(timeout: .seconds(900)).body, as: UTF8.self)
    }

    private func url(after text: String) -> String? {
        lines.lazy.compactMap { line in line.range(of: text).map { String(line[$0.upperBound...]) } }.first
    }

    /// Waits for more of the log; false at its end.
    private func readMore() -> Bool {
        let data = log.availableData
        guard !data.isEmpty else { return false }
        var parts = (rest + String(decoding: data, as: UTF8.self)).components(separatedBy: "\n")
        rest = parts.removeLast()
        lines += parts
        return true
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
