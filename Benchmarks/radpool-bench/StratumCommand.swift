import ArgumentParser
import CLoad
import Foundation

/// `radpool-bench stratum`: the release daemon under load, next to the libuv echo in the same run.
struct StratumCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stratum",
        abstract: "radpoold under load: shares accepted and durably stored, next to the libuv echo.",
        discussion: """
            Needs the release builds of radpoold, radpool and radpool-echo beside this program, two processors and \
            11,000 descriptors. docs/benchmarks.md says what is measured.
            """)

    @Flag(help: "Print one JSON object a line and nothing else.")
    var json = false

    @Option(help: "Runs of each case, 5...100.")
    var runs = 5

    @Option(help: "Milliseconds of each run, 200...60000.")
    var milliseconds = 2_000

    @Option(help: "Connections of the large cases; 10,000 is what the goals are for.")
    var connections = 10_000

    @Option(help: "The directory whose file system is measured; the temporary directory by default.")
    var directory: String?

    @Option(help: "Only the cases whose names begin so.")
    var only: String = ""

    func validate() throws {
        guard (5...100).contains(runs) else { throw ValidationError("--runs must be 5...100") }
        guard (200...60_000).contains(milliseconds) else { throw ValidationError("--milliseconds must be 200...60000") }
        guard (10...10_000).contains(connections) else { throw ValidationError("--connections must be 10...10000") }
    }

    func run() async throws {
        let report = Report(title: "radpoold: 12 branches, vardiff and metrics on, durable before true", json: json)
        let bed = try await StratumBed(path: directory)
        defer { bed.remove() }
        try await bed.chain.node.fillPool()
        report.begin()
        try await throughput(bed, report)
        if "crowd".hasPrefix(only) {
            var crowd = CrowdCase(bed, connections, runs: runs)
            try await crowd.measure(report)
        }
    }

    private func throughput(_ bed: StratumBed, _ report: Report) async throws {
        let server = try await bed.startServer()
        for load in Self.closed where load.name.hasPrefix(only) {
            let runs = try await alternate(bed, server, load)
            for figure in closedFigures(load, runs) { try report.add(figure) }
        }
        if "5000@10k".hasPrefix(only) {
            for figure in try await OpenLoopCase(bed, server, runs: runs, milliseconds: 2 * milliseconds).measure() {
                try report.add(figure)
            }
        }
        if "growth".hasPrefix(only) {
            for figure in try await GrowthCase(bed, server, runs: runs).measure() { try report.add(figure) }
        }
        try bed.stop(server)
    }

    private static let closed = [
        Load(name: "5000x1", connections: 5_000, window: 1, rate: 0),
        Load(name: "100x64", connections: 100, window: 64, rate: 0),
    ]

    // MARK: Closed loops

    /// One run of the daemon.
    struct PoolRun {
        let rate: Double
        let cpuMicroseconds: Double
        let faults: Double
        let complaint: String
        let coinbase: UInt32

        init(_ bed: StratumBed, _ server: PoolServer, _ load: Load, milliseconds: Int) async throws {
            let miners = try Miners(bed.users.slice(0..<Int(load.connections)), port: server.port)
            let handshake = try miners.connect()
            guard handshake.branch_count == 12, handshake.level == PoolServer.level else {
                throw ValidationError("jobs of \(handshake.branch_count) branches at level \(handshake.level)")
            }
            // Twice what the fastest server known would take.
            let each = 2 * (load.window == 1 ? 150_000 : 600_000) * milliseconds / 1_000 / Int(load.connections)
            try miners.prepare(each + Int(load.window))
            let before = server.child.usage.cpuSeconds
            let result = try miners.run(window: load.window, milliseconds: milliseconds)
            rate = Double(result.accepted) * 1e9 / Double(result.nanoseconds)
            cpuMicroseconds =
                (server.child.usage.cpuSeconds - before) * 1e6 / Double(max(result.accepted_in_all, 1))
            faults = Double(result.faults)
            complaint = miners.complaint
            coinbase = handshake.coinbase_length
        }
    }

    /// Runs of daemon and echo in turn, neither always first.
    private func alternate(
        _ bed: StratumBed, _ server: PoolServer, _ load: Load
    ) async throws -> [(pool: PoolRun, echo: EchoRun)] {
        let sizes = (line: RP_MINERS_LINE_LENGTH, reply: RP_MINERS_REPLY_LENGTH)
        var results: [(pool: PoolRun, echo: EchoRun)] = []
        for run in 0..<runs {
            try await bed.nextTip(server)
            let early =
                run.isMultiple(of: 2)
                ? nil : try EchoRun(load, sizes: sizes, milliseconds: milliseconds, bed.processors)
            let pool = try await PoolRun(bed, server, load, milliseconds: milliseconds)
            try await server.awaitQuiet()
            let echo = try early ?? EchoRun(load, sizes: sizes, milliseconds: milliseconds, bed.processors)
            results.append((pool, echo))
        }
        return results
    }

    private func closedFigures(_ load: Load, _ runs: [(pool: PoolRun, echo: EchoRun)]) -> [Figure] {
        let echo = "libuv echo of \(RP_MINERS_LINE_LENGTH) and \(RP_MINERS_REPLY_LENGTH) bytes"
        let isSingle = load.window == 1
        let faults = runs.map(\.pool.faults)
        let complaint = runs.map(\.pool.complaint).first { !$0.isEmpty } ?? ""
        return [
            Figure(
                "stratum.\(load.name).rate", runs.map(\.pool.rate), unit: "shares/s", lessIsBetter: false,
                baseline: (runs.map(\.echo.rate), echo), goal: isSingle ? .ratio(0.60) : .atLeast(250_000)),
            Figure(
                "stratum.\(load.name).cpu", runs.map(\.pool.cpuMicroseconds), unit: "us/share",
                baseline: (runs.map(\.echo.cpuMicroseconds), echo), goal: .atMost(isSingle ? 17 : 3.5)),
            Figure(
                "stratum.\(load.name).faults", faults, unit: "replies", goal: .atMost(0), note: complaint),
            Figure("stratum.\(load.name).coinbase", runs.map { Double($0.pool.coinbase) }, unit: "bytes"),
        ]
    }
}
