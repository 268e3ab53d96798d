import CLoad

/// Memory per accepted share beyond the duplicate filter, which keeps the shares of two tips.
///
/// Rounds with the same number of shares, each on a tip of its own: from the third on the filter forgets as many as it
/// takes, and what still grows belongs to shares, or to blocks and connections. Rounds with more shares tell which: the
/// difference between the two kinds of rounds belongs to the shares that they have more.
struct GrowthCase {
    private let bed: StratumBed
    private let server: PoolServer
    private let runs: Int

    private static let miners = 100
    /// Shares of each miner in a round.
    private static let few = 500
    private static let many = 5_000

    init(_ bed: StratumBed, _ server: PoolServer, runs: Int) {
        self.bed = bed
        self.server = server
        self.runs = runs
    }

    private struct Round {
        let accepted: Double
        let grown: Double
    }

    /// Bytes a share, and bytes a round whatever its shares.
    func measure() async throws -> [Figure] {
        let few = try await rounds(Self.few)
        let many = try await rounds(Self.many)
        let perShare = zip(few, many).map { ($1.grown - $0.grown) / max($1.accepted - $0.accepted, 1) }
        return [
            Figure("stratum.growth", perShare, unit: "bytes/share", goal: .atMost(1)),
            Figure("stratum.growth.round", few.map { $0.grown / 1_024 }, unit: "KiB"),
        ]
    }

    /// The growth of each round once the filter is full.
    private func rounds(_ shares: Int) async throws -> [Round] {
        var rounds: [Round] = []
        var before = 0.0
        for _ in 0..<runs + 2 {
            try await bed.nextTip(server)
            let miners = try Miners(bed.users.slice(0..<Self.miners), port: server.port)
            _ = try miners.connect()
            try miners.prepare(shares)
            let result = try miners.run(window: 64, milliseconds: 60_000)
            let now = server.child.usage.residentBytes
            rounds.append(Round(accepted: Double(result.accepted_in_all), grown: now - before))
            before = now
        }
        return Array(rounds.dropFirst(2))
    }
}
