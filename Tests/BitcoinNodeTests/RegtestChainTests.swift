import Bitcoin
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

@Suite(.enabled(if: Kernel.isExpected, Comment(rawValue: Kernel.absence)))
struct RegtestChainTests {
    private let directory: TemporaryFolder
    private let chain: RegtestChain

    init() throws {
        directory = try TemporaryFolder("node")
        chain = try RegtestChain(library: Kernel.library(), directory: directory.url)
    }

    /// A second node that has all blocks of `chain`.
    private func copy(undoDepth: Int = 100) throws -> RegtestChain {
        let copy = try RegtestChain(
            library: Kernel.library(), directory: directory.url.appending(path: "copy"), undoDepth: undoDepth)
        for hash in chain.index.active.dropFirst() {
            #expect(try copy.submit(try #require(chain.block(hash))) == .connected)
        }
        return copy
    }

    @Test func aMaturedCoinbaseIsSpentThroughATemplate() throws {
        let first = try chain.mine(101)[0]
        let spend = Spending.transaction([first.reward], value: 4_999_990_000)
        let entry = try chain.accept(spend.encoded(), at: 0)
        #expect(entry.fee.satoshis == 10_000)
        // A child of it, before it is in a block.
        let child = Spending.transaction([OutPoint(txid: spend.txid, index: 0)], value: 4_999_970_000)
        try chain.accept(child.encoded(), at: 0)
        let template = chain.template(now: TestClock.start)
        #expect(template.entries.map(\.txid) == [spend.txid, child.txid])
        #expect(template.coinbaseValue.satoshis == 5_000_000_000 + 30_000)
        let block = try chain.mine(1)[0]
        #expect(block.transactions.map(\.txid).dropFirst() == [spend.txid, child.txid])
        #expect(chain.pool.count == 0)
        #expect(chain.coins[first.reward] == nil)
        #expect(chain.coins[OutPoint(txid: child.txid, index: 0)]?.height == 102)
    }

    @Test func theSubsidyHalvesAsTheKernelWantsIt() throws {
        let blocks = try chain.mine(151)
        let values = blocks[148...149].map { $0.transactions[0].outputs[0].satoshis }
        #expect(values == [5_000_000_000, 2_500_000_000])
        #expect(chain.index.height == 151)
    }

    @Test func thePoolRefusesAsBitcoinCoreDoes() throws {
        let blocks = try chain.mine(101)
        let reward = blocks[0].reward
        let good = Spending.transaction([reward], value: 4_999_990_000)
        func reason(_ transaction: Transaction) -> String? {
            do {
                _ = try chain.examine(transaction.encoded(), at: 0)
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(reason(good) == nil)
        let wrongWitness = Spending.transaction([reward], value: 1000, witness: [0x52])
        #expect(reason(wrongWitness) == "mandatory-script-verify-flag-failed")
        #expect(reason(Spending.transaction([reward], value: 5_000_000_001)) == "bad-txns-in-belowout")
        #expect(reason(Spending.transaction([reward], value: -1)) == "bad-txns-vout-negative")
        #expect(reason(Spending.transaction([reward, reward], value: 1)) == "bad-txns-inputs-duplicate")
        #expect(
            reason(Spending.transaction([blocks[2].reward], value: 1)) == "bad-txns-premature-spend-of-coinbase")
        let unknown = OutPoint(txid: good.txid, index: 0)
        #expect(reason(Spending.transaction([unknown], value: 1)) == "bad-txns-inputs-missingorspent")
        #expect(reason(Spending.transaction([reward], value: 1, sequence: 0, lockTime: 102)) == "non-final")
        #expect(reason(Spending.transaction([reward], value: 1, sequence: 0, lockTime: 101)) == nil)
        // Height 1's output 102 blocks later, and 101 blocks later.
        #expect(reason(Spending.transaction([reward], value: 1, sequence: 102)) == "non-BIP68-final")
        #expect(reason(Spending.transaction([reward], value: 1, sequence: 101)) == nil)
        #expect(reason(blocks[0].transactions[0]) == "coinbase")
        try chain.accept(good.encoded(), at: 0)
        #expect(reason(good) == "txn-already-in-mempool")
        #expect(reason(Spending.transaction([reward], value: 4_000_000_000)) == "txn-mempool-conflict")
        try chain.mine(1)
        #expect(reason(good) == "txn-already-known")
        // Mining at one time moves the median by a second a block, and some 512 seconds are far off.
        try chain.mine(20)
        let recent = blocks[15].reward
        #expect(reason(Spending.transaction([recent], value: 1, sequence: 1 << 22 | 1)) == "non-BIP68-final")
        #expect(reason(Spending.transaction([recent], value: 1, sequence: 1 << 22)) == nil)
    }

    @Test func relativeLocksAreTheKernels() throws {
        // What the pool takes with a lock that has just run out must be good in the very next block, and one block
        // earlier the kernel must refuse the same transaction.
        let reward = try chain.mine(101)[0].reward
        let spend = Spending.transaction([reward], value: 4_999_990_000, sequence: 102)
        let early = chain.template(now: TestClock.start).mined(payingTo: Spending.script, tag: [9, 9])
        let wrong = early.reworked { block in
            block.transactions.append(spend)
            let commitment = WitnessCommitment(witnessRoot: block.witnessRoot)
            block.transactions[0].outputs[1].script = commitment.script
        }
        #expect(try chain.submit(wrong.encoded()) == .refused(reason: "bad-txns-nonfinal"))
        try chain.mine(1)
        try chain.accept(spend.encoded(), at: 0)
        #expect(try chain.mine(1)[0].transactions.count == 2)
    }

    @Test func aConflictInABlockEmptiesThePoolOfItAndItsChildren() throws {
        let reward = try chain.mine(101)[0].reward
        let other = try copy()
        let spend = Spending.transaction([reward], value: 4_999_990_000)
        try chain.accept(spend.encoded(), at: 0)
        try chain.accept(
            Spending.transaction([OutPoint(txid: spend.txid, index: 0)], value: 4_999_000_000).encoded(), at: 0)
        try other.accept(Spending.transaction([reward], value: 4_000_000_000).encoded(), at: 0)
        let block = try other.mine(1, tag: 3)[0]
        #expect(try chain.submit(block.encoded()) == .connected)
        #expect(chain.pool.count == 0)
        #expect(chain.pool.totalSize == 0)
    }

    @Test(arguments: [100, 2]) func aLongerBranchTakesOver(undoDepth: Int) throws {
        let blocks = try chain.mine(105)
        let other = try copy(undoDepth: undoDepth)
        // `other` confirms a spend in a branch of three; `chain` makes a branch of four without it.
        let spend = Spending.transaction([blocks[0].reward], value: 4_999_990_000)
        try other.accept(spend.encoded(), at: 0)
        let losing = try other.mine(3, tag: 1)
        let kept = Spending.transaction([OutPoint(txid: spend.txid, index: 0)], value: 4_999_980_000)
        try other.accept(kept.encoded(), at: 0)
        let unrelated = Spending.transaction([blocks[8].reward], value: 1_000)
        try other.accept(unrelated.encoded(), at: 0)
        let winning = try chain.mine(4, tag: 2)
        for block in winning.dropLast() {
            #expect(try other.submit(block.encoded()) == .stored)
            #expect(other.index.tip == losing[2].header.hash)
        }
        let conflicting = chain.coins[blocks[0].reward]
        #expect(conflicting != nil)
        #expect(try other.submit(winning[3].encoded()) == .connected)
        #expect(other.index.tip == winning[3].header.hash)
        #expect(other.index.height == 109)
        #expect(other.coins[blocks[0].reward] == conflicting)
        #expect(other.coins[losing[0].reward] == nil)
        #expect(other.coins.count == chain.coins.count)
        // The spend of the lost branch and its child wait again.
        #expect(Set(other.pool.inOrder.map(\.txid)) == [spend.txid, kept.txid, unrelated.txid])
        #expect(try other.mine(1, tag: 4)[0].transactions.count == 4)
    }

    @Test func aReorganisationDropsWhatTheNewBranchHasSpent() throws {
        let blocks = try chain.mine(101)
        let other = try copy()
        try other.mine(1, tag: 1)
        let spend = Spending.transaction([blocks[0].reward], value: 4_999_990_000)
        try other.accept(spend.encoded(), at: 0)
        try chain.accept(Spending.transaction([blocks[0].reward], value: 4_000_000_000).encoded(), at: 0)
        for block in try chain.mine(2, tag: 2) {
            _ = try other.submit(block.encoded())
        }
        #expect(other.index.tip == chain.index.tip)
        #expect(other.pool.count == 0)
    }

    @Test func aRestartFindsTheSameChain() throws {
        let directory = try TemporaryFolder("node")
        let other: [[UInt8]] = try {
            try chain.mine(5)
            let first = try RegtestChain(library: Kernel.library(), directory: directory.url)
            try first.mine(3, tag: 7)
            for hash in chain.index.active.dropFirst() {
                _ = try first.submit(try #require(chain.block(hash)))
            }
            #expect(first.index.tip == chain.index.tip)
            return try first.index.active.map { try #require(first.block($0)) }
        }()
        let again = try RegtestChain(library: Kernel.library(), directory: directory.url)
        #expect(try again.index.active.map { try #require(again.block($0)) } == other)
        #expect(again.coins.count == 5)
        #expect(try again.submit(other[3]) == .known)
    }

    @Test func oneDirectoryIsForOneNode() throws {
        #expect(throws: RegtestNodeError.directoryInUse(path: directory.url.path)) {
            try RegtestChain(library: Kernel.library(), directory: directory.url)
        }
    }

    @Test func aCorruptJournalStopsTheStart() throws {
        let directory = try TemporaryFolder("node")
        let path = directory.url.appending(path: "blocks.journal")
        do {
            let chain = try RegtestChain(library: Kernel.library(), directory: directory.url)
            try chain.mine(3)
        }
        var bytes = [UInt8](try Data(contentsOf: path))
        try #require(bytes.count > 40)
        bytes[40] ^= 1
        try Data(bytes).write(to: path)
        #expect(throws: RegtestNodeError.journal(.corrupt(offset: 16))) {
            try RegtestChain(library: Kernel.library(), directory: directory.url)
        }
    }
}
