import Accounting
import Bitcoin
import TestSupport
import Testing
import Wire

/// Random logs: the book comes to what the page says, and twice to the same.
@Suite struct ShareBookPropertyTests {
    @Test func theBookAgreesWithThePage() throws {
        for seed in 0..<UInt64(Scale.count(20, full: 3_000)) { try check(seed) }
    }

    private func check(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var house = try LedgerHouse(voters: 4, others: 1)
        var oracle = ShareBookOracle(house.genesis, house.configuration)
        var twin = house.book
        var writer = LogWriter(&random)
        for _ in 0..<40 {
            let contents = try writer.contents(house, &random)
            try house.commit(contents)
            let commit = try #require(house.newest)
            oracle.append(commit)
            #expect(twin.absorb(commit) == house.outcome, "seed \(seed)")
        }
        let expected = oracle.closed()
        #expect(house.closed.map(\.height) == expected.keys.sorted(), "seed \(seed)")
        for height in house.closed {
            let page = try #require(expected[height.height])
            #expect(height.value.satoshis == page.value, "seed \(seed)")
            let credits = try height.credits.map { credit in
                [
                    UInt128(credit.commit), UInt128(try #require(house.keys.firstIndex(of: credit.msp))), credit.work,
                    credit.weight.low,
                ]
            }
            #expect(credits == page.credits, "seed \(seed)")
            let miners = Dictionary(uniqueKeysWithValues: height.miners.map { ($0.key, $0.work) })
            #expect(miners == page.miners, "seed \(seed)")
        }
        let tallies = oracle.judged().tallies
        for (author, key) in house.keys.enumerated() {
            let tally = house.book.tally(of: key)
            let found: [ShareJudgement: UInt64] = [
                .taken: tally.taken, .void: tally.void, .late: tally.late, .duplicate: tally.duplicate,
            ]
            for (judgement, count) in found {
                #expect(count == UInt64(tallies[author][judgement] ?? 0), "seed \(seed), \(judgement)")
            }
            #expect(twin.tally(of: key) == tally, "seed \(seed)")
        }
    }
}

/// Writes records that are mostly good, and sometimes just about not.
private struct LogWriter {
    private var height: UInt32 = 100
    private var sequences = [UInt64](repeating: 0, count: 5)
    private var positions: [(UInt64, Hash256)] = []
    /// How often the chain grows.
    private let pace: Int

    init(_ random: inout SeededGenerator) {
        pace = Int.random(in: 1...3, using: &random)
    }

    mutating func contents(
        _ house: LedgerHouse, _ random: inout SeededGenerator
    ) throws -> [LedgerHouse.Content] {
        positions.append((house.number, house.hash))
        guard house.number > 0 else {
            return try (0..<5).map {
                let miners = try (0..<3).map { try LedgerHouse.miner($0) }
                return .init(author: $0, facts: try LedgerHouse.facts(height), records: miners)
            }
        }
        if Int.random(in: 0..<pace, using: &random) == 0 { height += 1 }
        var contents: [LedgerHouse.Content] = []
        for author in 0..<5 where Int.random(in: 0..<4, using: &random) > 0 {
            var content = LedgerHouse.Content(author: author)
            let isBehind = Int.random(in: 0..<6, using: &random) == 0
            content.facts = try LedgerHouse.facts(
                isBehind ? height - 2 : height, value: .random(in: 1...2_000, using: &random),
                branch: UInt8.random(in: 0..<6, using: &random) / 4)
            content.records = try records(house, author, &random)
            contents.append(content)
        }
        return contents
    }

    private mutating func records(
        _ house: LedgerHouse, _ author: Int, _ random: inout SeededGenerator
    ) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        if sequences[author] == 0 || Int.random(in: 0..<2, using: &random) == 0 {
            sequences[author] += 1
            let farther: [UInt32] = [0, 1, 1, 1, 1, 1, 2, 7, 8]
            let isOld = Int.random(in: 0..<3, using: &random) == 0
            let lower = isOld ? UInt32.random(in: 0...8, using: &random) : 0
            let place =
                Int.random(in: 0..<4, using: &random) > 0
                ? positions.count - 1 : Int.random(in: 0..<positions.count, using: &random)
            records.append(
                try house.job(
                    sequences[author], of: author, height: height - lower + farther.randomElement(using: &random)!,
                    value: .random(in: 1...2_500, using: &random), branch: UInt8.random(in: 0..<6, using: &random) / 4,
                    at: positions[place],
                    script: Int.random(in: 0..<12, using: &random) == 0 ? .payToTaproot(house.keys[1]) : nil))
        }
        let shares = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            let back = UInt64.random(in: 0..<min(4, sequences[author]), using: &random)
            return LedgerHouse.Share(
                job: sequences[author] - back, miner: .random(in: 0..<3, using: &random),
                level: .random(in: 33...35, using: &random), number: .random(in: 0..<3, using: &random),
                bits: [0, 1, 0x2000].randomElement(using: &random)!)
        }
        records.append(try LedgerHouse.batch(shares))
        return records
    }
}
