import Bitcoin
import TestSupport
import Testing
import Wire

@testable import Accounting

/// A log that a test writes by hand: commits of vertices that nobody has broadcast.
struct LedgerHouse {
    /// A share by the numbers that matter.
    struct Share: Hashable {
        var job: UInt64
        var miner: UInt32 = 0
        var level: UInt8 = 33
        var number: UInt32
        var bits: UInt32 = 0
    }

    /// What a vertex carries.
    struct Content {
        var author: Int
        var facts: ChainFacts?
        var records: [[UInt8]] = []
    }

    static let lag: UInt32 = 6
    static let mask: UInt32 = 0x1fff_e000
    static let bits = CompactTarget(rawValue: 0x207f_ffff)

    let genesis: Genesis
    let keys: [XOnlyKeyBytes]
    private(set) var configuration: EpochConfiguration
    var book: ShareBook
    /// Takes the same commits.
    private(set) var ledger: Ledger
    private(set) var payouts: [Payout] = []
    private(set) var settlements: [Settlement] = []
    /// What became of blocks that do not wait.
    private(set) var refused: [BlockNews] = []
    /// Of the newest commit.
    private(set) var isCheckpoint = false
    private(set) var number: UInt64 = 0
    private(set) var hash: Hash256
    private(set) var closed: [ClosedHeight] = []
    private(set) var newest: LedgerCommit?
    private(set) var outcome: ShareBook.Outcome?
    private(set) var result: Ledger.Outcome?

    /// Voters and others are members of the genesis, strangers have a lane and no payout script; keys ascend so.
    init(voters: Int, others: Int = 0, strangers: Int = 0, terms: GenesisTerms = .init(network: .regtest)) throws {
        keys = try (0..<voters + others + strangers).map { try Self.key(UInt8($0)) }
        let members = try keys.prefix(voters + others).enumerated().map {
            Genesis.Member(key: $1, payoutScript: .payToTaproot(try Self.key(UInt8(100 + $0))))
        }
        genesis = try Genesis(
            network: .regtest, name: #require(RecordName("test")), members: members,
            bootstrapScript: .payToTaproot(keys[0]), terms: terms)
        hash = genesis.syndicateID
        let authors = keys.enumerated().map { EpochConfiguration.Author(key: $1, isVoter: $0 < voters) }
        configuration = try EpochConfiguration(
            syndicate: hash, number: 0, firstCommit: 0, start: hash, authors: authors, bounds: .init())
        book = ShareBook(genesis, configuration)
        // The seed decides nothing: book and ledger have different ones.
        ledger = Ledger(genesis, configuration, seed: 0x5eed)
    }

    /// The log before its first commit.
    var start: (UInt64, Hash256) { (0, genesis.syndicateID) }

    static func key(_ first: UInt8) throws -> XOnlyKeyBytes {
        try XOnlyKeyBytes([first] + [UInt8](repeating: 1, count: 31))
    }

    static func minerKey(_ number: UInt32) throws -> XOnlyKeyBytes {
        try XOnlyKeyBytes([UInt8(truncatingIfNeeded: 255 &- number)] + [UInt8](repeating: 2, count: 31))
    }

    /// The block that blocks of a height build on.
    static func tip(_ height: UInt32, _ branch: UInt8 = 0) -> Hash256 {
        SHA256.hash([branch] + (0..<4).map { UInt8(truncatingIfNeeded: height >> (8 * $0)) })
    }

    static func facts(
        _ height: UInt32, value: Int64 = 1_000, branch: UInt8 = 0, bits: CompactTarget = bits, feeRate: UInt32 = 1_000
    ) throws -> ChainFacts {
        ChainFacts(
            height: height, tip: tip(height, branch), compactTarget: bits,
            value: try #require(Amount(satoshis: value)), feeRate: feeRate)
    }

    static func miner(_ number: UInt32) throws -> [UInt8] {
        MinerRegistration(number: number, key: try minerKey(number), name: nil).encoded()
    }

    /// A job on the newest commit, unless it says otherwise.
    func job(
        _ sequence: UInt64, of author: Int, height: UInt32, value: Int64 = 1_000, branch: UInt8 = 0,
        at position: (UInt64, Hash256)? = nil, script: Script? = nil, bits: CompactTarget = Self.bits,
        version: UInt32 = 0x2000_0000, mask: UInt32 = Self.mask
    ) throws -> [UInt8] {
        try JournalJob(
            sequence: sequence,
            owner: .init(
                syndicate: genesis.syndicateID, msp: keys[author], logPosition: position?.0 ?? number,
                logHash: position?.1 ?? hash),
            header: .init(
                version: version, versionMask: mask, previousBlock: Self.tip(height - 1, branch),
                compactTarget: bits, merkleBranch: MerkleBranch(hashes: [])),
            minimumTime: 0, currentTime: 0,
            coinbase: .init(
                height: height, value: #require(Amount(satoshis: value)),
                custodyScript: script ?? genesis.bootstrapScript, tag: [], witnessCommitment: nil)
        ).encoded()
    }

    /// A share of a job that solves its block, with the block's hash.
    static func block(_ job: [UInt8], number: UInt64 = 0, ntime: UInt32 = 1) throws -> (
        record: [UInt8], coinbase: FoundCoinbase
    ) {
        let job = try JournalJob(decoding: job)
        for nonce in UInt32(0)... {
            let found = try BlockFound(
                job: job, miner: minerKey(0), level: 33, extranonce: Extranonce(9, number), ntime: ntime, nonce: nonce,
                versionBits: 0)
            if let coinbase = FoundCoinbase(found, syndicate: job.owner.syndicate) {
                return (found.encoded(), coinbase)
            }
        }
        preconditionFailure("half of all nonces do")
    }

    static func answer(_ block: Hash256, _ isMature: Bool = true) -> [UInt8] {
        CoinbaseAnswer(block: block, isMature: isMature).encoded()
    }

    static func batch(_ shares: [Share]) throws -> [UInt8] {
        try JournalShareBatch(
            shares.map { share in
                JournalShare(
                    work: try #require(
                        JournalShare.Work(jobSequence: share.job, minerNumber: share.miner, level: share.level)),
                    extranonce: Extranonce(7, UInt64(share.number)), ntime: 1, nonce: share.number &* 3,
                    versionBits: share.bits)
            }
        ).encoded()
    }

    /// The log's next commit.
    @discardableResult
    mutating func commit(_ contents: [Content]) throws -> ShareBook.Outcome {
        number += 1
        hash = SHA256.hash(hash.bytes)
        let epoch = configuration.epochID
        let vertices = try contents.map { content in
            try Vertex(
                epoch: epoch, author: UInt16(content.author), sequence: number, round: number,
                parents: .init(sequences: [UInt64](repeating: 0, count: keys.count), hash: .zero),
                carriesControl: false, facts: content.facts, records: content.records)
        }
        let commit = LedgerCommit(number: number, hash: hash, vertices: vertices)
        newest = commit
        let outcome = book.absorb(commit)
        closed += outcome.closed
        let ledgerOutcome = ledger.absorb(commit)
        precondition(ledgerOutcome.shares == outcome, "the ledger counts shares as its book does")
        result = ledgerOutcome
        payouts += ledgerOutcome.payouts
        refused += ledgerOutcome.blocks.filter { $0.verdict != .waits }
        settlements += ledgerOutcome.settlements
        isCheckpoint = ledgerOutcome.isCheckpoint
        self.outcome = outcome
        return outcome
    }

    /// All authors say that their node has a height; so it gets its K with this commit.
    @discardableResult
    mutating func all(at height: UInt32, value: Int64 = 1_000) throws -> ShareBook.Outcome {
        try commit(keys.indices.map { Content(author: $0, facts: try Self.facts(height, value: value)) })
    }

    /// The log's next epoch; its authors vote or not.
    mutating func nextEpoch(voters: Set<Int>) throws {
        let authors = keys.enumerated().map { EpochConfiguration.Author(key: $1, isVoter: voters.contains($0)) }
        configuration = try EpochConfiguration(
            syndicate: genesis.syndicateID, number: configuration.number + 1, firstCommit: number, start: hash,
            authors: authors, bounds: .init())
        book.enter(configuration)
        ledger.enter(configuration)
    }
}
