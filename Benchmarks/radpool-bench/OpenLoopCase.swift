import ArgumentParser
import CLoad
import Foundation

/// 10,000 shares a second over 5,000 connections, whether or not replies have come: how long a reply takes, next to how
/// long the disk takes for groups of the same size.
struct OpenLoopCase {
    private let bed: StratumBed
    private let server: PoolServer
    private let runs: Int
    private let milliseconds: Int

    private static let connections = 5_000
    private static let rate: UInt64 = 10_000
    /// Appends with fdatasync before each run and as many after it.
    private static let probes: UInt32 = 400

    init(_ bed: StratumBed, _ server: PoolServer, runs: Int, milliseconds: Int) {
        self.bed = bed
        self.server = server
        self.runs = runs
        self.milliseconds = milliseconds
    }

    private struct Run {
        var result = rp_mining_result()
        var cpuMicroseconds = 0.0
        var bytesPerCommit = 0.0
    }

    /// Reply times in microseconds against those of the disk.
    func measure() async throws -> [Figure] {
        // The size of a group is known only once there was load: the first run tells it and does not count.
        var size = Int(try await load().bytesPerCommit)
        var measured: [(run: Run, disk: (p50: Double, p99: Double))] = []
        for _ in 0..<runs {
            let before = try probe(size)
            let run = try await load()
            let after = try probe(size)
            measured.append((run, ((before.p50 + after.p50) / 2, (before.p99 + after.p99) / 2)))
            size = Int(run.bytesPerCommit)
        }
        let disk = "append and fdatasync of as many bytes as a group, before and after"
        let result = measured.map(\.run.result)
        return [
            Figure(
                "stratum.5000@10k.p50", result.map { Double($0.p50) / 1_000 }, unit: "us",
                baseline: (measured.map(\.disk.p50), disk), goal: .ratio(0.5)),
            Figure(
                "stratum.5000@10k.p99", result.map { Double($0.p99) / 1_000 }, unit: "us",
                baseline: (measured.map(\.disk.p99), disk), goal: .ratio(1.0 / 3)),
            Figure(
                "stratum.5000@10k.rate", result.map { Double($0.accepted) * 1e9 / Double($0.nanoseconds) },
                unit: "shares/s"),
            Figure("stratum.5000@10k.cpu", measured.map(\.run.cpuMicroseconds), unit: "us/share"),
            Figure("stratum.5000@10k.group", measured.map(\.run.bytesPerCommit), unit: "bytes"),
            Figure(
                "stratum.5000@10k.faults", result.map { Double($0.faults) }, unit: "replies", goal: .atMost(0)),
        ]
    }

    private func load() async throws -> Run {
        try await bed.nextTip(server)
        let miners = try Miners(bed.users.slice(0..<Self.connections), port: server.port)
        _ = try miners.connect()
        let each = Int(Self.rate) * milliseconds / 1_000 / Self.connections + 2
        try miners.prepare(each)
        var run = Run()
        let commits = try await server.commits()
        let written = server.child.usage.writtenBytes
        let cpu = server.child.usage.cpuSeconds
        run.result = try miners.run(rate: Self.rate, milliseconds: milliseconds)
        run.cpuMicroseconds =
            (server.child.usage.cpuSeconds - cpu) * 1e6 / Double(max(run.result.accepted_in_all, 1))
        run.bytesPerCommit =
            (server.child.usage.writtenBytes - written) / max(try await server.commits() - commits, 1)
        return run
    }

    /// Microseconds that the disk takes.
    private func probe(_ size: Int) throws -> (p50: Double, p99: Double) {
        var result = rp_sync_result()
        let path = bed.folder.appending(path: "probe").path
        guard rp_load_probe_sync(path, min(max(size, 1), 1 << 20), Self.probes, &result) == RP_LOAD_OK else {
            throw ValidationError("cannot append to \(path)")
        }
        return (Double(result.p50) / 1_000, Double(result.p99) / 1_000)
    }
}
