import Bitcoin
import Shares
import TestSupport
import Testing
import Wire

@testable import Accounting

/// What blocks pay, rule by rule (docs/protocol/accounting.md, Blocks and Payouts).
@Suite struct PayoutTests {
    private typealias House = LedgerHouse

    /// A window of 8 units.
    private static let terms: GenesisTerms = {
        var terms = GenesisTerms(network: .regtest)
        terms.windowMultiple = 1
        terms.regtestLevel = 36
        terms.minimumOutput = 1_000
        return terms
    }()

    /// Voters at height 100; each has a miner and a job for height 101, worth a million.
    private func begin(voters: Int, others: Int = 0) throws -> House {
        var house = try House(voters: voters, others: others, terms: Self.terms)
        let all = 0..<voters + others
        let jobs = try all.map { try house.job(1, of: $0, height: 101, value: 1_000_000) }
        try house.commit(
            all.map {
                .init(
                    author: $0, facts: try House.facts(100, value: 1_000_000), records: [try House.miner(0), jobs[$0]])
            })
        return house
    }

    private func grow(_ house: inout House, _ heights: ClosedRange<UInt32>) throws {
        for height in heights { try house.all(at: height, value: 1_000_000) }
    }

    private func shares(_ counts: [Int], first: UInt32 = 0) throws -> [House.Content] {
        try counts.enumerated().filter { $1 > 0 }.map { author, count in
            let shares = (0..<UInt32(count)).map { House.Share(job: 1, number: first + $0) }
            return .init(author: author, records: [try House.batch(shares)])
        }
    }

    private func answer(_ house: inout House, _ authors: [Int], _ block: Hash256, _ isMature: Bool = true) throws {
        try house.commit(authors.map { .init(author: $0, records: [House.answer(block, isMature)]) })
    }

    private func paid(_ payout: Payout?) -> [Int64] { payout?.outputs.map(\.amount.satoshis) ?? [] }

    @Test func aMatureBlockPaysItsWindow() throws {
        var house = try begin(voters: 1)
        let block = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        try house.commit(shares([3]) + [.init(author: 0, records: [block.record])])
        try grow(&house, 101...206)
        try answer(&house, [0], block.coinbase.block)
        #expect(house.payouts.isEmpty, "height 207 has no K")
        try grow(&house, 207...207)
        let payout = try #require(house.payouts.first)
        // 111 vbytes: 10.5 of frame, 57.5 of the input, 43 of the output.
        #expect(payout.fee.satoshis == 111 && paid(payout) == [999_889])
        #expect(payout.coinbase == block.coinbase)
        let transaction = payout.transaction
        #expect(transaction.version == 2 && transaction.lockTime == 0 && transaction.inputs.count == 1)
        #expect(transaction.inputs[0].outPoint == OutPoint(txid: block.coinbase.transaction, index: 0))
        #expect(transaction.inputs[0].sequence == 0xffff_fffd)
        #expect(transaction.outputs == [.init(satoshis: 999_889, script: house.genesis.members[0].payoutScript)])
        #expect(house.ledger.balances.isEmpty)
        try house.commit([.init(author: 0, records: [block.record])])
        try answer(&house, [0], block.coinbase.block)
        try grow(&house, 208...212)
        #expect(house.payouts.count == 1, "nothing is paid twice")
    }

    @Test func itTakesQAnswersOfVoters() throws {
        var house = try begin(voters: 4, others: 1)
        let block = try House.block(house.job(1, of: 2, height: 101, value: 1_000_000, at: house.start))
        // Whoever records it: here one that does not vote.
        try house.commit(shares([1]) + [.init(author: 4, records: [block.record])])
        try grow(&house, 101...207)
        let name = block.coinbase.block
        try answer(&house, [0, 1, 4], name)
        #expect(house.payouts.isEmpty, "author 4 does not vote")
        try answer(&house, [1], name)
        #expect(house.payouts.isEmpty, "each voter has one answer")
        try answer(&house, [1], name, false)
        try answer(&house, [2], name)
        #expect(house.payouts.isEmpty, "the newest answer counts")
        try house.nextEpoch(voters: [1, 2, 3, 4])
        try answer(&house, [3], name)
        try grow(&house, 208...208)
        #expect(house.payouts.isEmpty, "who does not vote any more has no answer")
        try answer(&house, [4], name)
        #expect(house.payouts.map(\.coinbase.block) == [name])
    }

    @Test func blocksThatAreNotFoundAreForgotten() throws {
        var house = try begin(voters: 4)
        let block = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        try house.commit(shares([1]) + [.init(author: 0, records: [block.record])])
        try grow(&house, 101...207)
        let name = block.coinbase.block
        try answer(&house, [0, 1, 2], name, false)
        try answer(&house, [0, 1, 2], name)
        #expect(house.payouts.isEmpty && house.refused == [.init(id: name, verdict: .missing)], "it is forgotten")
        try house.commit([.init(author: 1, records: [block.record])])
        try answer(&house, [0, 1, 2], name)
        #expect(house.payouts.count == 1, "recorded again it is asked for again")
    }

    @Test func onlyBlocksOfTheSyndicateAreTaken() throws {
        var house = try begin(voters: 1)
        let good = try JournalJob(decoding: house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        func record(nonce: UInt32) throws -> BlockFound {
            try BlockFound(
                job: good, miner: House.minerKey(0), level: 33, extranonce: Extranonce(1, 1), ntime: 1, nonce: nonce,
                versionBits: 0)
        }
        let lazy = try #require(
            try (0..<100).first { FoundCoinbase(try record(nonce: $0), syndicate: house.genesis.syndicateID) == nil })
        #expect(FoundCoinbase(try record(nonce: lazy), syndicate: good.owner.syndicate) == nil, "its work is not done")
        let foreign = try House.block(
            house.job(1, of: 0, height: 101, at: house.start, script: .payToTaproot(House.key(9))))
        let far = try House.block(house.job(2, of: 0, height: 108, at: house.start))
        let near = try House.block(house.job(3, of: 0, height: 107, at: house.start))
        #expect(FoundCoinbase(try BlockFound(decoding: near.record), syndicate: .zero) == nil, "of another syndicate")
        try house.commit([
            .init(author: 0, records: [try record(nonce: lazy).encoded(), foreign.record, far.record, near.record])
        ])
        try grow(&house, 101...220)
        for block in [foreign, far, near] { try answer(&house, [0], block.coinbase.block) }
        #expect(house.payouts.map(\.coinbase) == [near.coinbase])
    }

    /// Work under an easy target, or on a block that nobody has, is no block of the chain.
    @Test func blocksThatVotersKnowNothingOfAreGivenUp() throws {
        var house = try begin(voters: 4)
        let easier = CompactTarget(rawValue: 0x2100_ffff)
        let blocks = try [
            house.job(2, of: 0, height: 101, at: house.start, bits: easier),
            house.job(3, of: 0, height: 101, branch: 1, at: house.start),
            house.job(4, of: 0, height: 101, at: house.start),
        ].map { try House.block($0) }
        try house.commit([.init(author: 0, records: blocks.map(\.record))])
        #expect(house.refused.isEmpty, "its height is open")
        // One voter knows the branch, which is too few.
        try house.commit([.init(author: 3, facts: try House.facts(100, branch: 1))])
        try grow(&house, 101...107)
        #expect(Set(house.refused) == Set(blocks.prefix(2).map { .init(id: $0.coinbase.block, verdict: .unreported) }))
        try house.commit([.init(author: 1, records: blocks.map(\.record))])
        #expect(house.refused.dropFirst(2).map(\.verdict) == [.refused, .refused, .known])
        try grow(&house, 108...207)
        for block in blocks { try answer(&house, [0, 1, 2], block.coinbase.block) }
        #expect(house.payouts.map(\.coinbase) == [blocks[2].coinbase])
    }

    /// A height is remembered for 2,016 more.
    @Test(arguments: [(UInt32(2_022), true), (2_023, false)])
    func aBlockMayBeRecordedWeeksLater(heights: UInt32, isTaken: Bool) throws {
        var house = try begin(voters: 1)
        let block = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        try house.commit(shares([3]))
        try grow(&house, 101...101)
        try grow(&house, 100 + heights...100 + heights)
        try house.commit([.init(author: 0, records: [block.record])])
        #expect(house.refused.isEmpty == isTaken)
        try answer(&house, [0], block.coinbase.block)
        #expect(house.payouts.count == (isTaken ? 1 : 0))
    }

    /// What voters say before a block can be mature decides nothing before then, but it is their word.
    @Test func answersBeforeTheTimeWait() throws {
        var house = try begin(voters: 4)
        let block = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        try house.commit(shares([1]) + [.init(author: 0, records: [block.record])])
        try answer(&house, [0, 1, 2], block.coinbase.block, false)
        try grow(&house, 101...206)
        #expect(house.refused.isEmpty)
        try answer(&house, [0, 1, 2], block.coinbase.block)
        #expect(house.payouts.isEmpty)
        try grow(&house, 207...207)
        #expect(house.payouts.count == 1 && house.refused.isEmpty)
    }

    /// Headers may differ where the coinbase is the same: it is spent once.
    @Test func aCoinbaseIsPaidOnce() throws {
        var house = try begin(voters: 1)
        let job = try house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start)
        let one = try House.block(job)
        let other = try House.block(job, ntime: 2)
        #expect(one.coinbase.transaction == other.coinbase.transaction && one.coinbase.block != other.coinbase.block)
        try house.commit(shares([3]) + [.init(author: 0, records: [one.record, other.record])])
        try grow(&house, 101...206)
        try answer(&house, [0], one.coinbase.block)
        try answer(&house, [0], other.coinbase.block)
        try grow(&house, 207...208)
        #expect(house.payouts.count == 1 && house.refused.map(\.verdict) == [.known])
        try house.commit([.init(author: 0, records: [other.record])])
        try answer(&house, [0], other.coinbase.block)
        #expect(house.payouts.count == 1)
    }

    /// n, Q and the voters are those of the epoch in which a block is paid.
    @Test func theQuorumIsThatOfTheEpoch() throws {
        var house = try begin(voters: 4, others: 3)
        let block = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        try house.commit(shares([3]) + [.init(author: 0, records: [block.record])])
        try grow(&house, 101...207)
        try answer(&house, [0, 1], block.coinbase.block)
        try house.nextEpoch(voters: [0, 1, 2, 3, 4, 5, 6])
        try grow(&house, 208...208)
        try answer(&house, [2, 3], block.coinbase.block)
        #expect(house.payouts.isEmpty, "Q of seven is five")
        try answer(&house, [4], block.coinbase.block)
        #expect(house.payouts.count == 1)
    }

    /// The id of a coinbase and the hash of a header are those that miners made.
    @Test func aBlockIsWhatItsShareHashedTo() throws {
        let house = try begin(voters: 1)
        let plain = try JournalJob(decoding: house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
        var header = plain.header
        header.merkleBranch = MerkleBranch(hashes: (0..<12).map { SHA256.hash([$0]) })
        var coinbase = plain.coinbase
        coinbase.tag = Array("/radpool/".utf8)
        coinbase.witnessCommitment = WitnessCommitment(witnessRoot: SHA256.hash([99]))
        let job = try JournalJob(
            sequence: 7, owner: plain.owner, header: header, minimumTime: 0, currentTime: 0, coinbase: coinbase)
        let syndicate = SyndicateID(house.genesis.syndicateID)
        let msp = MSPID(try Hash256(internalBytes: house.keys[0].bytes))
        let miner = MinerID(try Hash256(internalBytes: House.minerKey(0).bytes))
        let level = try #require(ShareLevel(33))
        let made = try ShareJob(
            .init(
                syndicate: syndicate, msp: msp, jobSequence: 7, logPosition: LogPosition(k: 0, hash: house.start.1),
                header: header, minTime: 0, currentTime: 0, coinbase: coinbase.layout()))
        let work = try ShareWork(made, miner: miner, level: level)
        let (extranonce, bits) = (Extranonce(3, 4), UInt32(0x00ff_e000))
        for nonce in UInt32(0)..<40 {
            let result = ShareValidator().judge(
                ShareSubmission(work, extranonce, HeaderRoll(ntime: 5, nonce: nonce, versionBits: bits)))
            let found = try FoundCoinbase(
                BlockFound(
                    job: job, miner: House.minerKey(0), level: 33, extranonce: extranonce, ntime: 5, nonce: nonce,
                    versionBits: bits), syndicate: house.genesis.syndicateID)
            #expect((found == nil) == !(try House.bits.target().isMet(by: result.hash)))
            guard let found else { continue }
            #expect(found.block == result.hash && found.msp == house.keys[0] && found.height == 101)
            let owner = OwnerCommitment(
                syndicate: syndicate, msp: msp, miner: miner, level: level, jobSequence: 7,
                logPosition: LogPosition(k: 0, hash: house.start.1))
            let bytes = try coinbase.layout().encoded(owner: owner.hash, extranonce: extranonce)
            #expect(found.transaction == SHA256.doubleHash(bytes), "the id, not that of the witness")
        }
    }

    @Test func onlyFourBlocksOfAHeightAreTakenOfARecorder() throws {
        var house = try begin(voters: 4)
        let job = try house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start)
        let blocks = try (0..<6).map { try House.block(job, number: $0) }
        try house.commit([.init(author: 1, records: blocks.prefix(5).map(\.record))])
        try house.commit([.init(author: 2, records: [blocks[5].record])])
        try grow(&house, 101...207)
        for block in blocks { try answer(&house, [0, 1, 2], block.coinbase.block) }
        let expected = [0, 1, 2, 3, 5].map { blocks[$0].coinbase.block }
        #expect(house.payouts.map(\.coinbase.block) == expected)
    }

    // MARK: Windows

    /// The oldest commit counts in part, and what is left over goes to whoever has most of it.
    @Test func theWindowEndsWithinACommit() throws {
        var house = try begin(voters: 4)
        try house.commit(shares([3, 2, 2, 0]))
        try house.commit(shares([2, 2, 0, 0], first: 100))
        let job = try house.job(2, of: 3, height: 101, value: 1_000_000)
        try house.commit(shares([0, 0, 0, 9], first: 200))
        let block = try House.block(job)
        try house.commit([.init(author: 3, records: [block.record])])
        try grow(&house, 101...207)
        try answer(&house, [0, 1, 2], block.coinbase.block)
        // 8 units up to the job's k, in which author 3 has none: 4 of the newer commit, and of the 7 of the older one
        // 4: 3·4/7, 2·4/7 and 2·4/7 are 1, 1 and 1, and the one that is left over is author 0's.
        let payout = try #require(house.payouts.first)
        #expect(payout.outputs.map(\.msp) == Array(house.keys.prefix(3)))
        let amount = 1_000_000 - payout.fee.satoshis
        #expect(paid(payout) == [amount - amount * 3 / 8 - amount / 8, amount * 3 / 8, amount / 8])
        let scripts = house.genesis.members.prefix(3).map(\.payoutScript)
        #expect(payout.transaction.outputs.map(\.script) == scripts)
        #expect(payout.transaction.outputs.map(\.satoshis) == paid(payout))
    }

    /// A job's word on where its window ends holds within bounds only.
    @Test func theWindowReachesKOfTwoHeightsBelow() throws {
        for isAnchored in [true, false] {
            var house = try begin(voters: 4)
            try house.commit(shares([8, 0, 0, 0]))
            try grow(&house, 101...102)
            // K(102), where the window of a block at 104 ends at least.
            try house.commit(shares([0, 8, 0, 0], first: 50))
            let position = (house.number, isAnchored ? house.hash : .zero)
            let old = try House.block(house.job(2, of: 3, height: 104, value: 1_000_000, at: house.start))
            let new = try House.block(house.job(3, of: 3, height: 104, value: 1_000_000, at: position))
            try house.commit([.init(author: 2, records: [old.record, new.record])])
            try grow(&house, 103...210)
            try answer(&house, [0, 1, 2], old.coinbase.block)
            try answer(&house, [0, 1, 2], new.coinbase.block)
            let parties = house.payouts.map { $0.outputs.map(\.msp) }
            #expect(parties == [[house.keys[0]], [house.keys[isAnchored ? 1 : 0]]])
        }
    }

    /// A block that is recorded when its height has closed has the window of K(h-2).
    @Test func aLateRecordHasTheWindowOfTheHeight() throws {
        for isLate in [false, true] {
            var house = try begin(voters: 4)
            try house.commit(shares([8, 0, 0, 0]))
            try grow(&house, 101...102)
            try house.commit(shares([0, 8, 0, 0], first: 50))
            let block = try House.block(house.job(3, of: 3, height: 104, value: 1_000_000))
            try grow(&house, 103...109)
            if isLate { try grow(&house, 110...110) }
            try house.commit([.init(author: 2, records: [block.record])])
            try grow(&house, 111...210)
            try answer(&house, [0, 1, 2], block.coinbase.block)
            #expect(house.payouts.map { $0.outputs.map(\.msp) } == [[house.keys[isLate ? 0 : 1]]])
        }
    }

    /// What was forgotten does not make a window smaller: five windows are kept, and one that ends before there is
    /// enough ends later.
    @Test func lateBlocksHaveWholeWindows() throws {
        var house = try begin(voters: 4)
        var jobs: [[UInt8]] = []
        for height in UInt32(101)...180 {
            let job = try house.job(UInt64(height), of: 0, height: height, value: 1_000_000)
            let shares = (0..<4).map { House.Share(job: UInt64(height), number: $0) }
            // The first eight heights are of another MSP.
            let author = height <= 108 ? 1 : 0
            let own = author == 0 ? job : try house.job(UInt64(height), of: 1, height: height, value: 1_000_000)
            jobs.append(own)
            try house.commit([.init(author: author, records: [own, try House.batch(shares)])])
            try grow(&house, height...height)
        }
        let block = try House.block(jobs[3])
        try house.commit([.init(author: 2, records: [block.record])])
        try grow(&house, 181...220)
        try answer(&house, [0, 1, 2], block.coinbase.block)
        // At K(102) four units of MSP 1 were there, and eight are a window; 40 and the newest 32 segments are kept.
        #expect(house.payouts.map { $0.outputs.map(\.msp) } == [[house.keys[0]]])
    }

    @Test func withoutAnyWorkTheBlockIsItsFinders() throws {
        var house = try begin(voters: 4)
        let block = try House.block(house.job(1, of: 2, height: 101, value: 1_000_000, at: house.start))
        try house.commit([.init(author: 0, records: [block.record])])
        try grow(&house, 101...207)
        try answer(&house, [0, 1, 2], block.coinbase.block)
        #expect(house.payouts.first?.outputs.map(\.msp) == [house.keys[2]])
    }

    // MARK: Splitting

    /// Whoever falls out makes the transaction smaller: everything is counted again from the fee on.
    @Test func whoFallsOutChangesTheFee() throws {
        let house = try begin(voters: 3)
        let coinbase = try House.block(house.job(1, of: 0, height: 101, value: 10_177)).coinbase
        let parties = zip(house.genesis.members, [(UInt64(0), Int64(-20)), (1, 2), (9, 18)]).map { member, own in
            PayoutParty(
                msp: member.key, script: member.payoutScript, weight: UInt256(own.0), balance: own.1)
        }
        let split = try #require(
            PayoutSplit(of: coinbase, among: parties, PayoutTerms(minimum: 1_000, feeRate: 1_000)))
        // With three outputs 9,980 are left, and nobody but the third is due the minimum for sure.
        #expect(split.fee == 154 && split.paid == [0, 1_002, 9_021] && split.balances == [-20, 2, 18])
        #expect(split.paid.reduce(split.fee, +) == 10_177)
    }

    /// Numbers that could overflow are refused before they can.
    @Test func wildBalancesAreRefused() throws {
        let house = try begin(voters: 2)
        let coinbase = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000)).coinbase
        for (balance, isFine) in [(Int64.max, false), (.min, false), (1 << 62, false), (1 << 50, true)] {
            let parties = zip(house.genesis.members, [balance, isFine ? -balance : 0]).map { member, balance in
                PayoutParty(
                    msp: member.key, script: member.payoutScript, weight: UInt256(UInt8(1)), balance: balance)
            }
            let split = PayoutSplit(of: coinbase, among: parties, PayoutTerms(minimum: 1_000, feeRate: 1_000))
            #expect((split != nil) == isFine)
            #expect(split.map { $0.balances.reduce(0, +) } ?? 0 == 0)
        }
    }

    // MARK: Balances

    /// Less than the smallest output is owed, and paid with a later block.
    @Test func smallAmountsWait() throws {
        var house = try begin(voters: 4)
        try house.commit(shares([7, 1, 0, 0]))
        func block(_ number: UInt64, worth value: Int64) throws {
            let height = UInt32(101 + 110 * number)
            let block = try House.block(house.job(2 + number, of: 0, height: height, value: value))
            try house.commit([.init(author: 0, records: [block.record])])
            try grow(&house, height...height + 106)
            try answer(&house, [0, 1, 2], block.coinbase.block)
            #expect(house.ledger.balances.reduce(0) { $0 + $1.satoshis } == 0)
        }
        try block(0, worth: 4_111)
        // 4,000 after the fee for one output: 500 are too little.
        #expect(paid(house.payouts.last) == [4_000])
        #expect(
            house.ledger.balances == [
                .init(msp: house.keys[0], satoshis: -500), .init(msp: house.keys[1], satoshis: 500),
            ])
        try grow(&house, 208...210)
        try block(1, worth: 4_111)
        #expect(paid(house.payouts.last) == [4_000], "1,000 less the part of the second output's fee")
        #expect(house.ledger.balances.map(\.satoshis) == [-1_000, 1_000])
        try grow(&house, 318...320)
        try block(2, worth: 4_154)
        #expect(house.payouts.last?.fee.satoshis == 154 && paid(house.payouts.last) == [2_500, 1_500])
        #expect(house.ledger.balances.isEmpty)
    }

    /// Who comes first by key has what nobody is due alone.
    @Test func whoIsDueMostGetsWhatIsTooLittleForTwo() throws {
        var house = try begin(voters: 4)
        try house.commit(shares([0, 2, 2, 0]))
        let block = try House.block(house.job(2, of: 0, height: 101, value: 1_111))
        try house.commit([.init(author: 0, records: [block.record])])
        try grow(&house, 101...207)
        try answer(&house, [0, 1, 2], block.coinbase.block)
        #expect(
            house.payouts.first?.outputs == [.init(msp: house.keys[1], amount: try #require(Amount(satoshis: 1_000)))])
        #expect(house.ledger.balances.map(\.satoshis) == [-500, 500])
    }

    /// The fee is that of the voters' lower median, within the bounds, and rounded up.
    @Test func theFeeIsTheVoters() throws {
        let cases: [([UInt32], Int64)] = [
            ([1_001, 1_001, 1_001, 1_001], 112), ([9_000, 1_000, 3_003, 2_002], 223), ([0, 0, 9_000, 9_000], 111),
            ([600_000, 600_000, 600_000, 600_000], 55_500),
        ]
        for (rates, fee) in cases {
            var house = try begin(voters: 4)
            let block = try House.block(house.job(1, of: 0, height: 101, value: 1_000_000, at: house.start))
            try house.commit(shares([3]) + [.init(author: 0, records: [block.record])])
            try grow(&house, 101...206)
            try answer(&house, [0, 1, 2], block.coinbase.block)
            try house.commit(rates.enumerated().map { .init(author: $0, facts: try House.facts(207, feeRate: $1)) })
            #expect(house.payouts.map(\.fee.satoshis) == [fee])
        }
    }

    @Test func aBlockThatIsTooSmallIsNotPaid() throws {
        for (value, expected) in [(Int64(656), [Int64]()), (657, [546]), (0, [])] {
            var house = try begin(voters: 1)
            let block = try House.block(house.job(1, of: 0, height: 101, value: value, at: house.start))
            try house.commit(shares([3]) + [.init(author: 0, records: [block.record])])
            try grow(&house, 101...207)
            try answer(&house, [0], block.coinbase.block)
            #expect(paid(house.payouts.first) == expected)
            #expect(house.ledger.balances.isEmpty)
        }
    }
}
