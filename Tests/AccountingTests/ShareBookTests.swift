import Accounting
import Bitcoin
import TestSupport
import Testing
import Wire

/// Which shares count, rule by rule (docs/protocol/accounting.md, Jobs and Shares).
@Suite struct ShareBookTests {
    private typealias House = LedgerHouse

    /// One MSP at height 100 with a miner and a job for height 101.
    private func begin(voters: Int = 1) throws -> House {
        var house = try House(voters: voters)
        let job = try house.job(1, of: 0, height: 101)
        try house.commit(
            (0..<voters).map {
                .init(
                    author: $0, facts: try House.facts(100),
                    records: $0 == 0 ? [try House.miner(0), try House.miner(1), job] : [])
            })
        return house
    }

    private func submit(_ shares: [House.Share], _ house: inout House, author: Int = 0) throws {
        try house.commit([.init(author: author, records: [try House.batch(shares)])])
    }

    /// Lets the height 101 close, and gives what counts of it.
    private func close(_ house: inout House) throws -> ClosedHeight? {
        for height in UInt32(101)...107 { try house.all(at: height) }
        return house.closed.first { $0.height == 101 }
    }

    private func tally(_ house: House, _ author: Int = 0) -> [UInt64] {
        let tally = house.book.tally(of: house.keys[author])
        return [tally.taken, tally.void, tally.late, tally.duplicate, tally.unreported]
    }

    @Test func sharesCountWhenTheirHeightCloses() throws {
        var house = try begin()
        try submit([.init(job: 1, number: 1), .init(job: 1, miner: 1, level: 35, number: 2)], &house)
        try submit([.init(job: 1, number: 3)], &house)
        #expect(tally(house) == [3, 0, 0, 0, 0])
        for height in UInt32(101)...106 {
            #expect(try house.all(at: height).closed.isEmpty)
        }
        let outcome = try house.all(at: 107)
        #expect(outcome.fixed?.heights == 107...107 && outcome.fixed?.commit == house.number)
        let closed = try #require(outcome.closed.first)
        #expect(outcome.closed.count == 1 && closed.height == 101 && closed.value.satoshis == 1_000)
        #expect(
            closed.credits.map { [UInt128($0.commit), $0.work, $0.weight.low] } == [[2, 5, 5_000], [3, 1, 1_000]])
        #expect(closed.credits.allSatisfy { $0.msp == house.keys[0] })
        #expect(closed.miners.map(\.key) == [try House.minerKey(1), try House.minerKey(0)], "ascending by key")
        #expect(closed.miners.map(\.work) == [4, 2])
        #expect(WorkTree(closed.miners)?.root.sum == 6)
    }

    @Test func theSameShareCountsOnce() throws {
        var house = try begin()
        let share = House.Share(job: 1, number: 9, bits: 0x2000)
        try submit([share, share], &house)
        try submit([share], &house)
        // Bits outside the mask reach no header.
        try submit([.init(job: 1, number: 9, bits: 0x2001)], &house)
        #expect(tally(house) == [1, 0, 0, 3, 0])
        // Another miner, level, number or rolled bit is another share.
        try submit(
            [
                .init(job: 1, miner: 1, number: 9, bits: 0x2000), .init(job: 1, level: 34, number: 9, bits: 0x2000),
                .init(job: 1, number: 10, bits: 0x2000), .init(job: 1, number: 9, bits: 0x4000),
            ], &house)
        #expect(tally(house) == [5, 0, 0, 3, 0])
        #expect(try close(&house)?.miners.map(\.work) == [1, 5])
    }

    /// A share of another MSP's job is another share; the gate has proved whose it is.
    @Test func everyLaneHasItsOwn() throws {
        var house = try begin(voters: 4)
        try house.commit([
            .init(author: 2, records: [try House.miner(0), try house.job(1, of: 2, height: 101)])
        ])
        for author in [0, 2] { try submit([.init(job: 1, number: 1)], &house, author: author) }
        #expect(tally(house) == [1, 0, 0, 0, 0] && tally(house, 2) == [1, 0, 0, 0, 0])
        #expect(try close(&house)?.credits.map(\.msp) == [house.keys[0], house.keys[2]])
    }

    @Test func afterItsHeightHasClosedAShareIsLate() throws {
        var house = try begin()
        for height in UInt32(101)...106 { try house.all(at: height) }
        // In the very commit in which the height closes it is in time.
        try house.commit([
            .init(author: 0, facts: try House.facts(107), records: [try House.batch([.init(job: 1, number: 1)])])
        ])
        #expect(tally(house) == [1, 0, 0, 0, 0])
        #expect(house.closed.map(\.height) == [101] && house.closed[0].miners.map(\.work) == [1])
        try submit([.init(job: 1, number: 1), .init(job: 1, number: 2)], &house)
        #expect(tally(house) == [1, 0, 2, 0, 0])
        #expect(house.book.lowestOpen == 102)
    }

    @Test func jobsThatBreakARuleAreVoid() throws {
        var house = try begin()
        let before = (house.number, house.hash)
        try house.all(at: 100)
        let other = Script.payToTaproot(try House.minerKey(5))
        let jobs = [
            try house.job(2, of: 0, height: 101, script: other),
            try house.job(3, of: 0, height: 101, at: (before.0, house.hash)),
            try house.job(4, of: 0, height: 101, at: (house.number + 1, SHA256.hash(house.hash.bytes))),
            try house.job(5, of: 0, height: 101, at: (house.number + 9, house.hash)),
            try house.job(6, of: 0, height: 108),
            try house.job(7, of: 0, height: 94),
            // These are good.
            try house.job(8, of: 0, height: 101, at: before),
            try house.job(9, of: 0, height: 101, at: (0, house.genesis.syndicateID)),
            try house.job(10, of: 0, height: 107),
            try house.job(11, of: 0, height: 95),
        ]
        try house.commit([.init(author: 0, records: jobs)])
        for job in UInt64(2)...7 {
            try submit([.init(job: job, number: 1)], &house)
            #expect(tally(house)[1] == job - 1, "job \(job)")
        }
        for job in UInt64(8)...11 { try submit([.init(job: job, number: 1)], &house) }
        try submit([.init(job: 99, number: 1), .init(job: 8, miner: 7, number: 1)], &house)
        #expect(tally(house) == [4, 8, 0, 0, 0], "no such job or miner is void, too")
    }

    /// Shares may be of the lane's newest 1,024 jobs, as the gate has it.
    @Test func oldJobsAreForgotten() throws {
        var house = try begin()
        try house.commit([
            .init(author: 0, records: try (UInt64(2)...1_026).map { try house.job($0, of: 0, height: 101) })
        ])
        try submit([.init(job: 2, number: 1)], &house)
        #expect(tally(house) == [0, 1, 0, 0, 0])
        try submit([.init(job: 3, number: 1), .init(job: 1_026, number: 1)], &house)
        #expect(tally(house) == [2, 1, 0, 0, 0])
    }

    /// A position that is older than K of 2L heights below the lowest open one is forgotten, but for the newest 1,024.
    @Test func howOldAPositionMayBe() throws {
        var house = try House(voters: 1)
        var positions: [UInt32: (UInt64, Hash256)] = [:]
        for height in UInt32(100)...140 {
            try house.all(at: height)
            positions[height] = (house.number, house.hash)
        }
        let early = try house.job(1, of: 0, height: 141, at: (0, house.genesis.syndicateID))
        try house.commit([.init(author: 0, records: [try House.miner(0), early])])
        for _ in 0..<1_100 { try house.commit([]) }
        try house.all(at: 141)
        #expect(house.book.lowestOpen == 136)
        let jobs = try [123, 124].enumerated().map { index, height in
            try house.job(UInt64(index + 2), of: 0, height: 141, at: positions[UInt32(height)])
        }
        try house.commit([.init(author: 0, records: jobs)])
        for job in UInt64(1)...3 {
            try submit([.init(job: job, number: 1)], &house)
            #expect(tally(house)[1] == (job == 1 ? 0 : 1), "job \(job)")
        }
        #expect(tally(house) == [2, 1, 0, 0, 0])
    }

    private static let jumps: [UInt32] = [
        107, 108, 120, 900_000, 4_294_967_287, 4_294_967_288, 4_294_967_293, 4_294_967_294, 4_294_967_295,
    ]

    /// Where K jumps by more than all heights that are open, jobs on commits before the jump are good all the same, and
    /// so are reports that came with it.
    @Test(arguments: Self.jumps)
    func aJump(to height: UInt32) throws {
        var house = try begin(voters: 4)
        let before = (house.number, house.hash)
        try house.all(at: height)
        #expect(house.book.chain.fixedHeight == height)
        guard height < .max else {
            #expect(house.book.lowestOpen == UInt32.max - 5)
            return
        }
        let job = try house.job(2, of: 0, height: height + 1, at: before)
        try house.commit([.init(author: 0, records: [job, try House.batch([.init(job: 2, number: 1)])])])
        try submit([.init(job: 1, number: 1)], &house)
        #expect(tally(house) == [1, 0, 1, 0, 0])
        guard height < .max - 7 else { return }
        for next in height + 1...height + 7 { try house.all(at: next) }
        #expect(house.closed.map(\.height) == [height + 1] && house.closed[0].miners.map(\.work) == [1])
    }

    /// An MSP that gives a sequence to another job in the next epoch gets nothing for it.
    @Test func aSequenceIsOfOneJob() throws {
        let others: [(LedgerHouse) throws -> [UInt8]] = [
            // The same headers, told apart by what is the version and what the mask.
            { try $0.job(1, of: 0, height: 101, at: $0.start, version: 0x2000_2000, mask: 0x1fff_c000) },
            { try $0.job(1, of: 0, height: 101, value: 999, at: $0.start) },
            { try $0.job(1, of: 0, height: 101, branch: 3, at: $0.start) },
        ]
        for other in others {
            var house = try begin()
            let share = House.Share(job: 1, number: 1, bits: 0x2000)
            try submit([share], &house)
            try house.nextEpoch(voters: [0])
            try house.commit([.init(author: 0, records: [try House.miner(0), try other(house)])])
            try submit([share, .init(job: 1, number: 2)], &house)
            #expect(tally(house) == [1, 2, 0, 0, 0])
            #expect(try close(&house)?.miners.map(\.work) == [1])
        }
    }

    @Test(arguments: [
        (reporters: [1], bits: LedgerHouse.bits, counts: false),
        (reporters: [1, 3], bits: LedgerHouse.bits, counts: true),
        (reporters: [1, 3], bits: CompactTarget(rawValue: 0x207f_fffe), counts: false),
        (reporters: [1, 4], bits: LedgerHouse.bits, counts: false),
    ])
    func aJobNeedsWitnesses(reporters: [Int], bits: CompactTarget, counts: Bool) throws {
        var house = try House(voters: 4, others: 1)
        try house.all(at: 100)
        try house.commit([
            .init(
                author: 0,
                records: [
                    try House.miner(0), try house.job(1, of: 0, height: 101, branch: 9),
                    try House.batch([.init(job: 1, number: 1)]),
                ])
        ])
        for reporter in reporters {
            try house.commit([
                .init(author: reporter, facts: try House.facts(100, branch: 9, bits: bits))
            ])
        }
        let closed = try #require(try close(&house))
        #expect(closed.credits.map(\.work) == (counts ? [1] : []))
        #expect(closed.miners.count == (counts ? 1 : 0))
        #expect(tally(house) == [1, 0, 0, 0, counts ? 0 : 1])
    }

    /// Who names more than eight different blocks for a height is no witness of the ninth.
    @Test(arguments: [7, 8])
    func whoNamesTooManyIsNoWitness(others: Int) throws {
        var house = try House(voters: 4)
        try house.commit((0..<4).map { .init(author: $0, facts: try House.facts(99)) })
        for branch in 1...UInt8(others) {
            try house.commit([.init(author: 1, facts: try House.facts(100, branch: 100 + branch))])
        }
        try house.commit([
            .init(author: 1, facts: try House.facts(100, branch: 9)),
            .init(author: 2, facts: try House.facts(100, branch: 9)),
            .init(
                author: 0,
                records: [
                    try House.miner(0), try house.job(1, of: 0, height: 101, branch: 9),
                    try House.batch([.init(job: 1, number: 1)]),
                ]),
        ])
        #expect(try close(&house)?.miners.count == (others == 7 ? 1 : 0))
    }

    /// V(h) is the lower median of the highest values; a job is worth no more.
    @Test func aFatTemplatePaysNoMore() throws {
        var house = try House(voters: 4)
        try house.all(at: 100, value: 10)
        for (author, value) in [(0, 40_000), (1, 500), (2, 700), (3, 600), (2, 300)] {
            try house.commit([.init(author: author, facts: try House.facts(100, value: Int64(value)))])
        }
        let jobs = [
            try house.job(1, of: 0, height: 101, value: 40_000), try house.job(2, of: 0, height: 101, value: 450),
        ]
        try house.commit([.init(author: 0, records: [try House.miner(0)] + jobs)])
        try submit([.init(job: 1, number: 1)], &house)
        try submit([.init(job: 2, level: 36, number: 1)], &house)
        let closed = try #require(try close(&house))
        #expect(closed.value.satoshis == 600, "500, 600, 700 and 40,000")
        #expect(closed.credits.map(\.weight.low) == [600, 8 * 450])
    }

    /// What was taken stays taken when its job is registered anew in the next epoch, and a voter's word stays.
    @Test func epochsGoOnWhereTheLastEnded() throws {
        var house = try House(voters: 4)
        try house.all(at: 100)
        let job = try house.job(1, of: 0, height: 101, branch: 9)
        try house.commit([
            .init(
                author: 0, facts: try House.facts(100, branch: 9),
                records: [try House.miner(0), job, try House.batch([.init(job: 1, number: 1)])])
        ])
        try house.nextEpoch(voters: [0, 1, 2])
        try submit([.init(job: 1, number: 2)], &house)
        #expect(tally(house) == [1, 1, 0, 0, 0], "the lane has no job yet")
        try house.commit([
            .init(author: 1, facts: try House.facts(100, branch: 9)),
            .init(
                author: 0,
                records: [
                    try House.miner(0), job, try House.batch([.init(job: 1, number: 1), .init(job: 1, number: 2)]),
                ]),
        ])
        #expect(tally(house) == [2, 1, 0, 1, 0])
        #expect(try close(&house)?.miners.map(\.work) == [2])
    }

    /// Before any height has its K nobody knows how high the chain is.
    @Test func jobsBeforeTheFirstHeight() throws {
        var house = try House(voters: 4)
        let jobs = try [101, .max].enumerated().map { index, height in
            try house.job(UInt64(index + 1), of: 0, height: height)
        }
        try house.commit([
            .init(author: 0, facts: try House.facts(100), records: [try House.miner(0)] + jobs)
        ])
        try house.all(at: 100)
        try submit([.init(job: 1, number: 1), .init(job: 2, number: 1)], &house)
        #expect(tally(house) == [0, 2, 0, 0, 0])
        // What was said before counts.
        try house.commit([.init(author: 0, records: [try house.job(3, of: 0, height: 101)])])
        try submit([.init(job: 3, number: 1)], &house)
        #expect(try close(&house)?.miners.map(\.work) == [1])
    }

    /// Of a voter the highest 2L + 2 heights are remembered: who names other heights forgets its own word.
    @Test(arguments: [13, 14])
    func whoNamesOtherHeightsForgets(others: Int) throws {
        var house = try House(voters: 4)
        try house.commit((0..<4).map { .init(author: $0, facts: try House.facts(99)) })
        try house.commit([.init(author: 1, facts: try House.facts(100, branch: 9))])
        for height in 0..<UInt32(others) {
            try house.commit([.init(author: 1, facts: try House.facts(1_000 + height))])
        }
        try house.commit([.init(author: 2, facts: try House.facts(100, branch: 9))])
        try house.commit([
            .init(
                author: 0,
                records: [
                    try House.miner(0), try house.job(1, of: 0, height: 101, branch: 9),
                    try House.batch([.init(job: 1, number: 1)]),
                ])
        ])
        for height in UInt32(101)...107 {
            try house.commit([0, 2, 3].map { .init(author: $0, facts: try House.facts(height)) })
        }
        // Height 100 goes first, then 101.
        #expect(house.closed.first?.miners.count == (others == 13 ? 1 : 0))
    }

    /// What f+1 voters have said is known for good, whoever votes when the height closes.
    @Test(arguments: [1, 2])
    func epochsForgetNoReports(reporters: Int) throws {
        var house = try House(voters: 4, others: 3)
        try house.commit((0..<4).map { .init(author: $0, facts: try House.facts(99)) })
        try house.commit((0..<reporters).map { .init(author: $0, facts: try House.facts(100, branch: 9)) })
        try house.commit([
            .init(
                author: 3,
                records: [
                    try House.miner(0), try house.job(1, of: 3, height: 101, branch: 9),
                    try House.batch([.init(job: 1, number: 1)]),
                ])
        ])
        try house.nextEpoch(voters: [3, 4, 5, 6])
        for height in UInt32(101)...107 { try house.all(at: height) }
        #expect(house.closed.first?.miners.count == (reporters == 2 ? 1 : 0))
    }

    /// A share of nobody is void before it is late.
    @Test func whoseShareItIsComesFirst() throws {
        var house = try begin()
        try submit([.init(job: 1, miner: 7, number: 1)], &house)
        for height in UInt32(101)...107 { try house.all(at: height) }
        try submit([.init(job: 1, miner: 7, number: 2), .init(job: 1, number: 3), .init(job: 9, number: 4)], &house)
        #expect(tally(house) == [0, 3, 1, 0, 0])
    }

    /// An MSP that nobody knows how to pay earns nothing.
    @Test func whoCannotBePaidEarnsNothing() throws {
        var house = try House(voters: 4, strangers: 1)
        try house.commit((0..<5).map { .init(author: $0, facts: try House.facts(100)) })
        for author in [3, 4] {
            let job = try house.job(1, of: author, height: 101)
            let shares = try House.batch([.init(job: 1, number: 1)])
            try house.commit([.init(author: author, records: [try House.miner(0), job, shares])])
        }
        #expect(tally(house, 3) == [1, 0, 0, 0, 0] && tally(house, 4) == [0, 1, 0, 0, 0])
        // Its block is the syndicate's: where no work counts, all members have the same part.
        #expect(try close(&house)?.credits.map(\.msp) == [house.keys[3]])
    }

    /// V(h) is never above what f+1 voters said, however few said anything.
    @Test func fewCannotNameTheValue() throws {
        var house = try House(voters: 7)
        try house.commit((0..<7).map { .init(author: $0, facts: try House.facts(99)) })
        // One correct voter and two others have seen the block; the next comes in the same moment.
        for (author, value) in [(4, 900), (5, 2_000_000), (6, 2_000_000)] {
            try house.commit([.init(author: author, facts: try House.facts(100, value: Int64(value)))])
        }
        let job = try house.job(1, of: 6, height: 101, value: 2_000_000)
        try house.commit([
            .init(author: 6, records: [try House.miner(0), job, try House.batch([.init(job: 1, number: 1)])])
        ])
        for height in UInt32(101)...107 { try house.all(at: height) }
        let closed = try #require(house.closed.first)
        #expect(closed.value.satoshis == 900 && closed.credits.map(\.weight.low) == [900])
    }

    /// Bytes that no gate lets through are as good as absent.
    @Test func whatIsNoRecordChangesNothing() throws {
        var house = try begin()
        let batch = try House.batch([.init(job: 1, number: 1)])
        try house.commit([
            .init(
                author: 0,
                records: [
                    [0], [255, 1], batch + [0], Array(batch.dropLast()), Array(try House.miner(2).dropLast()),
                    try House.miner(9), try house.job(1, of: 0, height: 101),
                ])
        ])
        #expect(tally(house) == [0, 0, 0, 0, 0])
        try submit([.init(job: 1, number: 1)], &house)
        #expect(tally(house) == [1, 0, 0, 0, 0])
    }
}
