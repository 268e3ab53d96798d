import Bitcoin
import TestSupport
import Testing
import Wire

@testable import Accounting

/// What miners have done, window by window, and the ledger's root (docs/protocol/accounting.md, Settlements and Ledger
/// root).
@Suite struct SettlementTests {
    private typealias House = LedgerHouse

    /// Windows of two heights. Two MSPs at height 100, each with two miners; all their jobs are for height 101.
    private func begin(voters: Int = 2) throws -> House {
        var terms = GenesisTerms(network: .regtest)
        terms.settlementBlocks = 2
        var house = try House(voters: voters, terms: terms)
        let jobs = try (0..<voters).map { try house.job(1, of: $0, height: 101) }
        try house.commit(
            (0..<voters).map {
                let miners = [try House.miner(0), try House.miner(1)]
                return .init(author: $0, facts: try House.facts(100), records: miners + [jobs[$0]])
            })
        return house
    }

    private func submit(_ house: inout House, _ author: Int, job: UInt64, miner: UInt32, level: UInt8 = 33) throws {
        let share = House.Share(job: job, miner: miner, level: level, number: 1)
        try house.commit([.init(author: author, records: [try House.batch([share])])])
    }

    @Test func aMinersWorkIsSummedUpOverMSPsAndHeights() throws {
        var house = try begin()
        try submit(&house, 0, job: 1, miner: 0, level: 36)
        try submit(&house, 1, job: 1, miner: 0, level: 34)
        try house.all(at: 101)
        let next = try [2, 3].map { try house.job(UInt64($0), of: 0, height: UInt32(100 + $0)) }
        try house.commit([.init(author: 0, records: next)])
        try submit(&house, 0, job: 2, miner: 1)
        try submit(&house, 0, job: 3, miner: 1, level: 40)
        try submit(&house, 0, job: 2, miner: 0)
        for height in UInt32(102)...107 { try house.all(at: height) }
        // Height 101 is in window 51, with 102, which has not closed.
        #expect(house.closed.map(\.height) == [101] && house.settlements.isEmpty)
        try house.all(at: 108)
        let settlement = try #require(house.settlements.first)
        #expect(house.settlements.count == 1 && settlement.window == 51 && house.isCheckpoint)
        let leaves = settlement.tree.leaves
        #expect(leaves.map(\.key) == [try House.minerKey(1), try House.minerKey(0)])
        #expect(leaves.map(\.work) == [1, 8 + 2 + 1])
        let proof = try #require(settlement.tree.proof(of: House.minerKey(0)))
        #expect(proof.root == settlement.tree.root && proof.work == 11)
        try house.all(at: 109)
        #expect(house.settlements.count == 1 && !house.isCheckpoint)
        try house.all(at: 110)
        #expect(house.settlements.map(\.window) == [51, 52] && house.settlements.last?.tree.root.sum == 128)
        try house.all(at: 200)
        #expect(house.settlements.count == 2, "windows in which nothing counts have none")
    }

    /// Several windows end with one commit.
    @Test func aLeapSettlesWindowsInTheirOrder() throws {
        var house = try begin()
        let next = try (2...5).map { try house.job(UInt64($0), of: 0, height: UInt32(100 + $0)) }
        try house.commit([.init(author: 0, records: next)])
        for job in UInt64(1)...5 { try submit(&house, 0, job: job, miner: 0, level: 32 + UInt8(job)) }
        let heights: [UInt32] = [101, 102, 103, 104, 130]
        try house.commit(
            heights.flatMap { height in
                try (0..<2).map { .init(author: $0, facts: try House.facts(height)) }
            })
        #expect(house.settlements.map(\.window) == [51, 52, 53])
        #expect(house.settlements.map(\.tree.root.sum) == [3, 12, 16])
    }

    @Test func thereIsACheckpointEvery256Commits() throws {
        var house = try begin()
        var checkpoints: [UInt64] = []
        while house.number < 600 {
            try house.commit([])
            if house.isCheckpoint { checkpoints.append(house.number) }
        }
        #expect(checkpoints == [256, 512])
    }

    // MARK: The root

    /// What is counted otherwise, by a single share, gives another root at once.
    @Test func theRootSaysWhatWasCounted() throws {
        func run(_ change: (inout House) throws -> Void) throws -> [Hash256] {
            var house = try begin()
            let first = house.ledger.root
            try submit(&house, 0, job: 1, miner: 0)
            try change(&house)
            for height in UInt32(101)...108 { try house.all(at: height) }
            return [first, house.ledger.root]
        }
        let plain = try run { try $0.commit([]) }
        #expect(try run { try $0.commit([]) } == plain)
        var others: Set<Hash256> = [plain[1]]
        let changes: [(inout House) throws -> Void] = [
            { try self.submit(&$0, 0, job: 1, miner: 0) }, { try self.submit(&$0, 1, job: 1, miner: 0) },
            { try self.submit(&$0, 0, job: 1, miner: 1) }, { try self.submit(&$0, 0, job: 1, miner: 0, level: 34) },
            { try self.submit(&$0, 0, job: 9, miner: 0) },
        ]
        for change in changes {
            let roots = try run(change)
            #expect(roots[0] == plain[0] && others.insert(roots[1]).inserted)
        }
    }

    /// The bytes of the page, written down by hand.
    @Test func theBytesOfThePage() throws {
        var house = try begin()
        let before = house.ledger.root
        try submit(&house, 1, job: 1, miner: 0)
        var writer = ByteWriter()
        writer.append(before)
        writer.append(littleEndian: UInt64(2))
        writer.append(house.hash)
        for count: UInt64 in [0, 0, 0, 0, 0, 1, 0, 0, 0, 0] { writer.append(littleEndian: count) }
        writer.append([0, 0, 0, 0, 0])
        #expect(house.ledger.root == TaggedHash("radpool/ledger/v1").hash(writer.bytes))
        #expect(try House(voters: 1).ledger.root == House(voters: 1).genesis.syndicateID)
    }
}
