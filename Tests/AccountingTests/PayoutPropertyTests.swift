import Bitcoin
import TestSupport
import Testing
import Wire

@testable import Accounting

/// Random logs with blocks, answers and leaps of the chain: the ledger pays what the page says.
@Suite struct PayoutPropertyTests {
    @Test func theLedgerAgreesWithThePage() throws {
        var payouts = 0
        var owed = 0
        for seed in 0..<UInt64(Scale.count(20, full: 2_000)) {
            let house = try run(seed)
            payouts += house.payouts.count
            owed += house.ledger.balances.count
        }
        #expect(payouts > 20 && owed > 5, "\(payouts) payouts and \(owed) balances")
    }

    private func run(_ seed: UInt64) throws -> LedgerHouse {
        var random = SeededGenerator(seed: seed)
        var terms = GenesisTerms(network: .regtest)
        terms.windowMultiple = UInt32.random(in: 1...3, using: &random)
        terms.regtestLevel = 35
        terms.settlementBlocks = 3
        terms.minimumOutput = UInt64.random(in: 546...900, using: &random)
        var house = try LedgerHouse(voters: 4, others: 1, terms: terms)
        var log = ShareBookOracle(house.genesis, house.configuration)
        var writer = BlockWriter(&random)
        var root = RootOracle(house.genesis)
        for _ in 0..<60 {
            try house.commit(writer.contents(house, &random))
            log.append(try #require(house.newest))
            let tallies = house.keys.map { house.book.tally(of: $0) }
            root.absorb(try #require(house.newest), try #require(house.result), tallies, house.ledger)
            #expect(house.ledger.root == root.value, "seed \(seed)")
        }
        let page = PayoutOracle(log)
        let found = house.payouts.map { payout in
            PayoutOracle.Paid(
                block: payout.coinbase.block,
                outputs: house.keys.map { key in
                    Int(payout.outputs.first { $0.msp == key }?.amount.satoshis ?? 0)
                }, fee: Int(payout.fee.satoshis))
        }
        let expected = page.paid.filter { $0.fee >= 0 }
        let difference = zip(found, expected).first { $0 != $1 }
        #expect(found == expected, "seed \(seed): \(found.count) for \(expected.count), first \(difference as Any)")
        let balances = house.keys.map { key in Int(house.ledger.balances.first { $0.msp == key }?.satoshis ?? 0) }
        #expect(balances == page.balances && balances.reduce(0, +) == 0, "seed \(seed)")
        let counted = log.closed()
        let windows = Set(counted.filter { !$1.miners.isEmpty }.keys.map { ($0 + 2) / 3 }).sorted()
            .filter { $0 * 3 < house.book.lowestOpen }
        #expect(house.settlements.map(\.window) == windows, "seed \(seed)")
        for settlement in house.settlements {
            var miners: [XOnlyKeyBytes: UInt128] = [:]
            for (height, page) in counted where (height + 2) / 3 == settlement.window {
                miners.merge(page.miners) { $0 + $1 }
            }
            let leaves = settlement.tree.leaves
            #expect(leaves.map(\.key) == miners.keys.sorted() && leaves.allSatisfy { miners[$0.key] == $0.work })
        }
        for payout in house.payouts {
            let outputs = payout.outputs.reduce(0) { $0 + $1.amount.satoshis }
            #expect(outputs + payout.fee.satoshis == payout.coinbase.value.satoshis, "seed \(seed)")
        }
        return house
    }
}

/// Writes shares, blocks and answers to what was recorded.
private struct BlockWriter {
    private var height: UInt32 = 200
    private var sequence: UInt64 = 0
    private var jobs: [[UInt8]] = []
    private var blocks: [Hash256] = []
    private var positions: [(UInt64, Hash256)] = []
    /// How far the chain leaps at most.
    private let leap: UInt32
    /// What voters' nodes estimate.
    private let feeRates: [UInt32]

    init(_ random: inout SeededGenerator) {
        leap = [1, 12, 40].randomElement(using: &random) ?? 1
        feeRates = (0..<5).map { _ in UInt32.random(in: 900...2_500, using: &random) }
    }

    mutating func contents(_ house: LedgerHouse, _ random: inout SeededGenerator) throws -> [LedgerHouse.Content] {
        positions.append((house.number, house.hash))
        if house.number > 0 { height += UInt32.random(in: 0...leap, using: &random) }
        if house.number > 45 { height += 20 }
        var contents = try (0..<5).map { author in
            LedgerHouse.Content(
                author: author, facts: try LedgerHouse.facts(height, value: 2_000, feeRate: feeRates[author]),
                records: house.number == 0 ? [try LedgerHouse.miner(0)] : [])
        }
        guard house.number > 0 else { return contents }
        for author in 0..<5 {
            contents[author].records += try work(house, author, &random)
            if Int.random(in: 0..<4, using: &random) == 0, let job = jobs.suffix(8).randomElement(using: &random) {
                let block = try LedgerHouse.block(job, number: UInt64.random(in: 0..<2, using: &random))
                contents[author].records.append(block.record)
                if !blocks.contains(block.coinbase.block) { blocks.append(block.coinbase.block) }
            }
            for block in blocks where Int.random(in: 0..<3, using: &random) == 0 {
                let isMature = Int.random(in: 0..<5, using: &random) > 0
                contents[author].records.append(LedgerHouse.answer(block, isMature))
            }
        }
        return contents
    }

    /// A job and some shares of it.
    private mutating func work(
        _ house: LedgerHouse, _ author: Int, _ random: inout SeededGenerator
    ) throws -> [[UInt8]] {
        guard Int.random(in: 0..<3, using: &random) == 0 else { return [] }
        sequence += 1
        let position =
            Int.random(in: 0..<3, using: &random) > 0
            ? positions[positions.count - 1] : positions.randomElement(using: &random)
        let job = try house.job(
            sequence, of: author, height: height + UInt32.random(in: 0...2, using: &random),
            value: .random(in: 500...3_000, using: &random),
            branch: [0, 0, 0, 0, 0, 1].randomElement(using: &random) ?? 0,
            at: position)
        jobs.append(job)
        let shares = (0..<UInt32.random(in: 1...4, using: &random)).map {
            LedgerHouse.Share(job: sequence, level: .random(in: 33...35, using: &random), number: $0)
        }
        return [job, try LedgerHouse.batch(shares)]
    }
}
