import ArgumentParser
import Bitcoin
import Broadcast
import Shares
import Wire

/// What an author puts into its lane: a miner, a job of 12 branches with a coinbase of 250 bytes, and batches of real
/// shares.
struct MinedLane: Sendable {
    /// The records of the first vertex.
    let start: [[UInt8]]
    /// Share batches, each of the same number of shares.
    let batches: [[UInt8]]

    private static let time: UInt32 = 1_700_000_000
    private static let level: UInt8 = 33

    /// Mines `count` batches for an author of an epoch.
    init(_ epoch: Epoch, author: Int, batches count: Int, of size: Int) throws {
        let miner = MinerRegistration(
            number: 0, key: try XOnlyKeyBytes(Self.hash(author, "miner").bytes), name: nil)
        let job = try Self.job(epoch, author)
        guard
            let named = JournalShare.Work(jobSequence: job.sequence, minerNumber: 0, level: Self.level),
            let level = ShareLevel(Self.level)
        else { throw ValidationError("no such level") }
        let work = try ShareWork(
            Self.shareJob(job), miner: MinerID(Hash256(internalBytes: miner.key.bytes)), level: level)
        start = [miner.encoded(), job.encoded()]
        let shares = Self.mine(work, named, author, count: count * size)
        batches = try (0..<count).map { index in
            try JournalShareBatch(Array(shares[(index * size)..<((index + 1) * size)])).encoded()
        }
    }

    private static func hash(_ author: Int, _ what: String) -> Hash256 {
        SHA256.hash(Array("\(what) \(author)".utf8))
    }

    private static func job(_ epoch: Epoch, _ author: Int) throws -> JournalJob {
        let configuration = epoch.configuration
        // A custody script of 72 bytes, so that the whole coinbase has 250.
        let custody = Script([0x6a, 70] + [UInt8](repeating: 0x7f, count: 70))
        return try JournalJob(
            sequence: 1,
            owner: .init(
                syndicate: configuration.syndicate, msp: configuration.authors[author].key, logPosition: 0,
                logHash: configuration.start),
            header: .init(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: hash(author, "tip"),
                compactTarget: CompactTarget(rawValue: 0x1702_6fae),
                merkleBranch: MerkleBranch(hashes: (0..<12).map { hash(author, "branch \($0)") })),
            minimumTime: time - 600, currentTime: time,
            coinbase: .init(
                height: 900_000, value: Amount(satoshis: 312_500_000) ?? .zero, custodyScript: custody,
                tag: Array("radpool/benchmarks/1".utf8),
                witnessCommitment: WitnessCommitment(witnessRoot: hash(author, "witness"))))
    }

    private static func shareJob(_ job: JournalJob) throws -> ShareJob {
        let coinbase = job.coinbase
        return try ShareJob(
            ShareJob.Parameters(
                syndicate: SyndicateID(job.owner.syndicate),
                msp: MSPID(Hash256(internalBytes: job.owner.msp.bytes)), jobSequence: job.sequence,
                logPosition: LogPosition(k: job.owner.logPosition, hash: job.owner.logHash),
                header: HeaderTemplate(
                    version: job.header.version, versionMask: job.header.versionMask,
                    previousBlock: job.header.previousBlock, compactTarget: job.header.compactTarget,
                    merkleBranch: job.header.merkleBranch),
                minTime: job.minimumTime, currentTime: job.currentTime,
                coinbase: CoinbaseLayout(
                    height: coinbase.height, tag: coinbase.tag, custodyScript: coinbase.custodyScript,
                    value: coinbase.value, witnessCommitment: coinbase.witnessCommitment)))
    }

    /// Shares at the lowest level, which every second hash meets.
    private static func mine(
        _ work: ShareWork, _ named: JournalShare.Work, _ author: Int, count: Int
    ) -> [JournalShare] {
        let validator = ShareValidator()
        var found: [JournalShare] = []
        var nonce: UInt32 = 0
        while found.count < count {
            let tried = (0..<4_096).map { offset in
                ShareSubmission(
                    work, Extranonce(UInt32(author), UInt64(nonce) + UInt64(offset)),
                    HeaderRoll(ntime: time, nonce: nonce &+ UInt32(offset), versionBits: 0))
            }
            for (share, result) in zip(tried, validator.judge(batch: tried)) where result.verdict == .accepted {
                found.append(
                    JournalShare(
                        work: named, extranonce: share.extranonce, ntime: share.roll.ntime, nonce: share.roll.nonce,
                        versionBits: 0))
            }
            nonce &+= 4_096
        }
        return Array(found.prefix(count))
    }
}
