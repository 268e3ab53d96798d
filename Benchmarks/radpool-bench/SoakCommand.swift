import ArgumentParser
import CLoad
import Foundation

/// `radpool-bench soak`: the daemon at half its greatest rate for a long time, with blocks.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "radpoold at half its greatest rate: memory, descriptors, errors.")

    @Flag(help: "Print one JSON object a line and nothing else.")
    var json = false

    @Option(help: "Minutes, 1...1440.")
    var minutes = 20

    @Option(help: "Shares a second; half of the greatest rate at 5,000 connections by default.")
    var rate: UInt64?

    @Option(help: "Seconds between blocks, 5...600.")
    var blockSeconds = 10

    @Option(help: "The directory whose file system is used; the temporary directory by default.")
    var directory: String?

    func validate() throws {
        guard (1...1_440).contains(minutes) else { throw ValidationError("--minutes must be 1...1440") }
        guard (5...600).contains(blockSeconds) else { throw ValidationError("--block-seconds must be 5...600") }
    }

    private static let load = Load(name: "5000x1", connections: 5_000, window: 1, rate: 0)
    private static let sliceMilliseconds = 5_000

    /// What is seen after each slice.
    private struct Sample {
        let resident: Double
        let descriptors: Double
        let result: rp_mining_result
    }

    func run() async throws {
        let report = Report(title: "radpoold for \(minutes) minutes", json: json)
        let bed = try await StratumBed(path: directory)
        defer { bed.remove() }
        try await bed.chain.node.fillPool()
        let server = try await bed.startServer()
        report.begin()
        let rate: UInt64
        if let given = self.rate { rate = given } else { rate = try await halfOfTheGreatest(bed, server) }
        let samples = try await soak(bed, server, rate)
        let complaints = server.complaints
        try bed.stop(server)
        for figure in figures(samples, complaints) { try report.add(figure) }
    }

    private func halfOfTheGreatest(_ bed: StratumBed, _ server: PoolServer) async throws -> UInt64 {
        var rates: [Double] = []
        for _ in 0..<5 {
            rates.append(
                try await StratumCommand.PoolRun(bed, server, Self.load, milliseconds: 2_000).rate)
            try await server.awaitQuiet()
        }
        return UInt64(median(rates) / 2)
    }

    private func soak(_ bed: StratumBed, _ server: PoolServer, _ rate: UInt64) async throws -> [Sample] {
        let miners = try Miners(bed.users.slice(0..<Int(Self.load.connections)), port: server.port)
        _ = try miners.connect()
        let node = bed.chain.node
        let seconds = blockSeconds
        let blocks = Task.detached {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(seconds))
                try await node.submit(try await node.makeEmptyBlock())
            }
        }
        defer { blocks.cancel() }
        var samples: [Sample] = []
        let end = ContinuousClock.now + .seconds(60 * minutes)
        while ContinuousClock.now < end {
            let result = try miners.run(rate: rate, milliseconds: Self.sliceMilliseconds, isFresh: true)
            let usage = server.child.usage
            samples.append(
                Sample(
                    resident: usage.residentBytes, descriptors: Double(usage.descriptors), result: result))
        }
        return samples
    }

    /// Growth is the last quarter against the second: the first one fills the duplicate filter and the store's cache.
    private func figures(_ samples: [Sample], _ complaints: [String]) -> [Figure] {
        let quarter = max(samples.count / 4, 1)
        let early = samples.dropFirst(quarter).prefix(quarter)
        let late = samples.suffix(quarter)
        let mebibytes = (median(late.map(\.resident)) - median(early.map(\.resident))) / 1_048_576
        let opened = median(late.map(\.descriptors)) - median(early.map(\.descriptors))
        let faults = samples.map { Double($0.result.faults) }
        let rates = samples.map { Double($0.result.accepted) * 1e9 / Double($0.result.nanoseconds) }
        return [
            Figure("soak.rate", rates, unit: "shares/s"),
            Figure("soak.p99", samples.map { Double($0.result.p99) / 1_000 }, unit: "us"),
            Figure("soak.resident", samples.map { $0.resident / 1_048_576 }, unit: "MiB"),
            Figure("soak.resident.growth", [mebibytes], unit: "MiB", goal: .atMost(2)),
            Figure("soak.descriptors.growth", [opened], unit: "descriptors", goal: .atMost(0)),
            Figure("soak.faults", [faults.reduce(0, +)], unit: "replies", goal: .atMost(0)),
            Figure(
                "soak.log", [Double(complaints.count)], unit: "lines", goal: .atMost(0), note: complaints.first ?? ""),
        ]
    }
}
