import Bitcoin
import Broadcast
import Shares
import TestSupport
import Testing
import Wire

/// A lane's real records: a miner, a job and mined shares.
struct MinedLane {
    let epoch: Epoch
    let author: Int
    let miner: MinerRegistration
    let job: JournalJob
    private let shareJob: ShareJob

    init(_ epoch: Epoch, author: Int, seed: UInt64 = 1, sequence: UInt64 = 1) throws {
        var generator = SeededGenerator(seed: seed)
        self.epoch = epoch
        self.author = author
        miner = MinerRegistration(number: 0, key: try XOnlyKeyBytes(generator.bytes(32)), name: nil)
        let key = epoch.configuration.authors[author].key
        let value = try #require(Amount(satoshis: 5_000_000_000))
        let script = Script.payToTaproot(key)
        let branch = (0..<12).map { _ in SHA256.hash(generator.bytes(8)) }
        job = try JournalJob(
            sequence: sequence,
            owner: .init(
                syndicate: epoch.configuration.syndicate, msp: key, logPosition: 0, logHash: epoch.configuration.start),
            header: .init(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: SHA256.hash(generator.bytes(8)),
                compactTarget: CompactTarget(rawValue: 0x1d00_ffff), merkleBranch: MerkleBranch(hashes: branch)),
            minimumTime: 1_000, currentTime: 2_000,
            coinbase: .init(
                height: 9, value: value, custodyScript: script, tag: Array("radpool".utf8), witnessCommitment: nil))
        shareJob = try ShareJob(
            ShareJob.Parameters(
                syndicate: SyndicateID(job.owner.syndicate),
                msp: MSPID(try Hash256(internalBytes: key.bytes)), jobSequence: sequence,
                logPosition: LogPosition(k: 0, hash: job.owner.logHash),
                header: HeaderTemplate(
                    version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: job.header.previousBlock,
                    compactTarget: job.header.compactTarget, merkleBranch: job.header.merkleBranch),
                minTime: 1_000, currentTime: 2_000,
                coinbase: CoinbaseLayout(
                    height: 9, tag: Array("radpool".utf8), custodyScript: script, value: value,
                    witnessCommitment: nil)))
    }

    /// Shares that meet their level, and after them one that meets none if `spoiling`.
    func batch(_ count: Int, level: UInt8 = 36, from nonce: UInt32 = 0, spoiling: Bool = false) throws -> [UInt8] {
        let miner = MinerID(try Hash256(internalBytes: self.miner.key.bytes))
        let work = try ShareWork(shareJob, miner: miner, level: try #require(ShareLevel(level)))
        let named = try #require(JournalShare.Work(jobSequence: job.sequence, minerNumber: 0, level: level))
        var shares: [JournalShare] = []
        var spoiled: JournalShare?
        var nonce = nonce
        while shares.count < count || spoiling && spoiled == nil {
            let extranonce = Extranonce(7, UInt64(nonce))
            let roll = HeaderRoll(ntime: 2_001, nonce: nonce, versionBits: 0)
            let verdict = ShareValidator().judge(ShareSubmission(work, extranonce, roll)).verdict
            let share = JournalShare(work: named, extranonce: extranonce, ntime: 2_001, nonce: nonce, versionBits: 0)
            if verdict == .accepted, shares.count < count { shares.append(share) }
            if verdict == .lowDifficulty { spoiled = share }
            nonce += 1
        }
        if spoiling, let spoiled { shares.append(spoiled) }
        return try JournalShareBatch(shares).encoded()
    }

    /// A vertex of the lane with some records; only its payload matters to a gate.
    func vertex(_ records: [[UInt8]], sequence: UInt64 = 1) throws -> Vertex {
        try Vertex(
            epoch: epoch.id, author: UInt16(author), sequence: sequence, round: sequence,
            parents: .init(sequences: [UInt64](repeating: 0, count: epoch.authorCount), hash: .zero),
            carriesControl: false, facts: nil, records: records)
    }
}
