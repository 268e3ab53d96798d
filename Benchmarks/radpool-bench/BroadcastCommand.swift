import ArgumentParser
import Bitcoin
import CLoad
import Foundation

/// `radpool-bench broadcast`: reliable broadcast and order of real shares, all members in this process.
struct BroadcastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broadcast",
        abstract: "Broadcast and order of real shares, in process on two threads.",
        discussion: """
            Every frame is encoded, decoded, hashed and signature-checked, every share's work is proved at every \
            member, and every member writes its own log and waits for fdatasync before anything leaves.
            """)

    @Flag(help: "Print one JSON object a line and nothing else.")
    var json = false

    @Option(help: "Runs of each case, 5...100.")
    var runs = 5

    @Option(help: "Vertices with shares of each author in a run at n = 4, fewer at more; 2...1000.")
    var vertices = 20

    @Option(help: "Where the logs are written; by default the system's folder for temporary files.")
    var directory: String?

    func validate() throws {
        guard (5...100).contains(runs) else { throw ValidationError("--runs must be 5...100") }
        guard (2...1_000).contains(vertices) else { throw ValidationError("--vertices must be 2...1000") }
    }

    func run() throws {
        let report = Report(title: "Broadcast and order, two threads, logs synced", json: json)
        let parent = directory.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let folder = parent.appending(path: "radpool-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        report.begin()
        for members in [4, 10, 20] { try gated(members, folder, report) }
        try ungated(folder, report)
        try costs(report)
    }

    /// What a member pays beside the shares, where there are many.
    private func costs(_ report: Report) throws {
        let cost = try BroadcastCost(members: 50)
        let ordering = try cost.ordering(runs: runs)
        try report.add(
            Figure(
                "broadcast.n50.order", ordering.all, unit: "us a vertex",
                baseline: (ordering.digest, "the digest of the same vertices alone")))
        let floods = try (0..<runs).map { _ in try cost.flood() }
        try report.add(
            Figure("broadcast.n50.flood", floods.map(\.bytes), unit: "bytes a vote", goal: .atMost(1)))
        try report.add(Figure("broadcast.n50.flood.time", floods.map(\.microseconds), unit: "us a vote"))
    }

    /// Real shares with the gate on.
    private func gated(_ members: Int, _ folder: URL, _ report: Report) throws {
        // Vertices of at most 200 ms of load: fewer shares in each where more authors have a part of it. At n = 4 a
        // batch has more than 256 KB.
        let shares = members == 4 ? 11_000 : 32_000 / members
        let bed = try BroadcastBed(
            members: members, vertices: max(3, vertices * 4 / members), shares: shares, isGated: true, folder: folder)
        let all = try (0..<runs).map { _ in try BroadcastRun(bed) }
        let name = "broadcast.n\(members)"
        let isFour = members == 4
        try report.add(
            Figure(
                "\(name).rate", all.map(\.rate), unit: "shares/s", lessIsBetter: false,
                goal: isFour ? .atLeast(200_000) : nil))
        try report.add(
            Figure(
                "\(name).vertex", all.map(\.vertexLoad), unit: "ms of load", goal: isFour ? .atMost(200) : nil))
        let size = "\(bed.payload / bed.shareCount) bytes a share, \(bed.payload / bed.shareCount * shares) a batch"
        try report.add(
            Figure(
                "\(name).bytes", all.map(\.overhead), unit: "of (n-1)*payload", goal: isFour ? .atMost(1.1) : nil,
                note: size))
        try report.add(
            Figure(
                "\(name).messages", all.map { Double($0.messages) / Double($0.vertices) }, unit: "per vertex"))
        try report.add(
            Figure("\(name).syncs", all.map { Double($0.syncs) / Double($0.vertices) }, unit: "per vertex"))
    }

    /// The broadcast alone, next to copying and hashing the same bytes at every member.
    private func ungated(_ folder: URL, _ report: Report) throws {
        let bed = try BroadcastBed(members: 4, vertices: vertices, shares: 8_000, isGated: false, folder: folder)
        var rates: [Double] = []
        var plain: [Double] = []
        for _ in 0..<runs {
            rates.append(try BroadcastRun(bed).megabytes)
            plain.append(Self.copyAndHash(bed))
        }
        try report.add(
            Figure(
                "broadcast.n4.open", rates, unit: "MB/s", lessIsBetter: false,
                baseline: (plain, "copy and SHA-256 of the same bytes at each of 4 members, two threads")))
    }

    /// MB/s of payload that two threads copy and hash four times.
    private static func copyAndHash(_ bed: BroadcastBed) -> Double {
        let start = rp_load_now()
        var copied = 0
        for lane in bed.lanes {
            for batch in lane.batches {
                let copy = batch.map { $0 ^ 0x55 }
                copied += copy.count
                blackHole(SHA256.hash(copy))
            }
        }
        let seconds = Double(rp_load_now() - start) / 1e9
        return Double(copied) / seconds / 1e6 * 2 / 4
    }

    @inline(never)
    private static func blackHole(_ hash: Hash256) {
        withExtendedLifetime(hash) {}
    }
}
