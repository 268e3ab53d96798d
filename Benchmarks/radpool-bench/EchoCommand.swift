import ArgumentParser
import CLoad
import Foundation

/// `radpool-bench echo`: the ceiling of the stratum benchmarks. A libuv server that answers every line of 121 bytes
/// with one of 40, under the load generator: what sockets and the event loop cost before any share is judged.
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "The libuv line echo under load: the ceiling that the stratum server is held against.")

    @Flag(help: "Print one JSON object a line and nothing else.")
    var json = false

    @Option(help: "Runs of each case, 5...100.")
    var runs = 5

    @Option(help: "Milliseconds of each run, 100...60000.")
    var milliseconds = 1_000

    func validate() throws {
        guard (5...100).contains(runs) else { throw ValidationError("--runs must be 5...100") }
        guard (100...60_000).contains(milliseconds) else {
            throw ValidationError("--milliseconds must be 100...60000")
        }
    }

    func run() throws {
        let report = Report(title: "libuv line echo, 121 bytes in, 40 bytes out", json: json)
        let processors = try Processors.two()
        report.begin()
        for load in Self.loads {
            let results = try (0..<runs).map { _ in try measure(load, processors) }
            try report.add(figure(load, "rate", "lines/s", results.map(\.rate)))
            try report.add(figure(load, "cpu", "us/line", results.map(\.cpuMicroseconds)))
            try report.add(figure(load, "p50", "us", results.map { Double($0.p50) / 1_000 }))
            try report.add(figure(load, "p99", "us", results.map { Double($0.p99) / 1_000 }))
        }
    }

    private func figure(_ load: Load, _ what: String, _ unit: String, _ values: [Double]) -> Figure {
        Figure("echo.\(load.name).\(what)", rates: values, baseline: nil, unit: unit, against: "", kernel: "")
    }

    /// The cases of the stratum benchmarks.
    private static let loads = [
        Load(name: "5000x1", connections: 5_000, window: 1, rate: 0),
        Load(name: "100x1", connections: 100, window: 1, rate: 0),
        Load(name: "100x64", connections: 100, window: 64, rate: 0),
        Load(name: "5000@10k", connections: 5_000, window: 0, rate: 10_000),
    ]

    /// One run of a case.
    private func measure(_ load: Load, _ processors: Processors) throws -> EchoRun {
        try EchoRun(load, sizes: (line: 121, reply: 40), milliseconds: milliseconds, processors)
    }
}

/// How a benchmark of sockets loads its server.
struct Load {
    let name: String
    let connections: UInt32
    /// Closed loop: lines in flight on a connection.
    let window: UInt32
    /// Open loop: lines a second over all connections.
    let rate: UInt64
}

/// One run of the echo against a server of its own: the server on one processor, the generator on the other.
struct EchoRun {
    let rate: Double
    let cpuMicroseconds: Double
    let p50: UInt64
    let p99: UInt64

    init(_ load: Load, sizes: (line: Int, reply: Int), milliseconds: Int, _ processors: Processors) throws {
        let server = try EchoServer(replyBytes: sizes.reply, processor: processors.server)
        defer { server.stop() }
        guard rp_load_pin(processors.generator) else { throw ValidationError("cannot stay on one processor") }
        let line = [UInt8](repeating: UInt8(ascii: "s"), count: sizes.line - 1) + [UInt8(ascii: "\n")]
        let before = server.cpuSeconds
        var result = rp_load_result()
        let status = line.withUnsafeBufferPointer { line in
            guard let start = line.baseAddress else { return RP_LOAD_SYSTEM }
            var params = rp_load_params(
                port: server.port, connections: load.connections, window: load.window, rate: load.rate,
                milliseconds: UInt64(milliseconds), line: start, line_length: line.count)
            return rp_load_run(&params, &result)
        }
        guard status == RP_LOAD_OK, result.lost == 0, result.answers > 0 else {
            throw ValidationError("\(load.name): \(String(cString: rp_load_text(status))), \(result.lost) answers lost")
        }
        rate = Double(result.answers) * 1e9 / Double(result.nanoseconds)
        cpuMicroseconds = (server.cpuSeconds - before) * 1e6 / Double(result.answers)
        p50 = result.p50
        p99 = result.p99
    }
}

/// What it takes the libuv server to write one line to everybody: the floor of a new block's way to all miners.
struct CrowdFloor {
    /// Milliseconds to the last of the connections.
    let last: Double

    init(connections: UInt32, bytes: Int, _ processors: Processors) throws {
        let server = try EchoServer(replyBytes: 2, crowdBytes: bytes, processor: processors.server)
        defer { server.stop() }
        guard rp_load_pin(processors.generator) else { throw ValidationError("cannot stay on one processor") }
        var result = rp_crowd_result()
        let status = rp_load_crowd(server.port, connections, bytes, &result)
        guard status == RP_LOAD_OK else { throw ValidationError("crowd: \(String(cString: rp_load_text(status)))") }
        last = Double(result.last) / 1e6
    }
}

/// Which processors server and generator run on.
struct Processors {
    let server: UInt32
    let generator: UInt32

    /// The first two processors that this process may use.
    static func two() throws -> Processors {
        var found: [UInt32] = [0, 0]
        guard rp_load_processors(&found, 2) == 2 else { throw ValidationError("needs two processors") }
        return Processors(server: found[1], generator: found[0])
    }
}

/// A running `radpool-echo`, found beside this executable; ends when its standard input closes.
struct EchoServer {
    let port: UInt16
    private let process = Process()
    private let input = Pipe()

    /// - Parameter crowdBytes: what a line that begins with `!` sends to every connection.
    init(replyBytes: Int, crowdBytes: Int = 0, processor: UInt32) throws {
        let output = Pipe()
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "taskset", "-c", "\(processor)", folder.appending(path: "radpool-echo").path, "\(replyBytes)",
            "\(crowdBytes)",
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw ValidationError("radpool-echo did not start; build it with: swift build -c release")
        }
        self.port = port
    }

    /// User and system time so far, in seconds.
    var cpuSeconds: Double { Usage(processID: process.processIdentifier).cpuSeconds }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
