import Bitcoin
import CBaselines
import Shares

/// A job as miners have it: 12 branches, a coinbase of 250 bytes in Radpool's layout, and shares of several miners.
struct ShareFixture {
    static let branchCount = 12
    static let shareCount = 4096

    let works: [ShareWork]
    let submissions: [ShareSubmission]
    private let parameters: ShareJob.Parameters

    init() throws {
        // The custody script takes 72 bytes where a taproot output takes 34, so that the whole coinbase has 250: the
        // figures are to hold for the 230 to 300 bytes that pools commonly have.
        let custody = Script([0x6a, 70] + [UInt8](repeating: 0x7f, count: 70))
        parameters = ShareJob.Parameters(
            syndicate: SyndicateID(Self.hash(1)), msp: MSPID(Self.hash(2)), jobSequence: 7,
            logPosition: LogPosition(k: 1_000_000, hash: Self.hash(3)),
            header: HeaderTemplate(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: Self.hash(4),
                compactTarget: CompactTarget(rawValue: 0x1702_6fae),
                merkleBranch: MerkleBranch(hashes: (0..<Self.branchCount).map { Self.hash(UInt8(20 + $0)) })),
            minTime: Self.time - 600, currentTime: Self.time,
            coinbase: try CoinbaseLayout(
                height: 900_000, tag: Array("radpool/benchmarks/1".utf8), custodyScript: custody,
                value: Amount(satoshis: 312_500_000) ?? .zero,
                witnessCommitment: WitnessCommitment(witnessRoot: Self.hash(5))))
        let job = try ShareJob(parameters)
        let level = ShareLevel(ShareLevel.bounds.lowerBound)
        let works = try (1...16).compactMap { miner in
            try level.map { try ShareWork(job, miner: MinerID(Self.hash(UInt8(100 + miner))), level: $0) }
        }
        self.works = works
        submissions = Self.validShares(of: works)
    }

    /// Shares that meet their target, as nearly all that a pool receives: every second hash does at the lowest level.
    private static func validShares(of works: [ShareWork]) -> [ShareSubmission] {
        let validator = ShareValidator()
        let tried = (0..<4 * shareCount).map { index in
            ShareSubmission(
                works[index % works.count], Extranonce(UInt32(index % 16), UInt64(index)),
                HeaderRoll(
                    ntime: time + UInt32(index % 60), nonce: UInt32(truncatingIfNeeded: index &* 2_654_435_761),
                    versionBits: UInt32(index % 4) << 13))
        }
        let valid = zip(tried, validator.judge(batch: tried)).filter { $1.verdict == .accepted }.map(\.0)
        return Array(valid.prefix(shareCount))
    }

    /// The same share, to be validated with one-shot calls of libcrypto; the pointers in it hold during the call.
    func oneShot(_ body: (inout rp_bench_share, ShareSubmission) -> Void) {
        let submission = submissions[0]
        let work = submission.work
        let owner = work.job.commitment(of: work.miner, at: work.level).hash
        var coinbase = parameters.coinbase.encoded(owner: owner, extranonce: submission.extranonce)
        let branch = parameters.header.merkleBranch.hashes.flatMap(\.bytes)
        coinbase.withUnsafeMutableBufferPointer { coinbase in
            branch.withUnsafeBufferPointer { branch in
                guard let bytes = coinbase.baseAddress, let hashes = branch.baseAddress else { return }
                var share = rp_bench_share()
                share.coinbase = bytes
                share.coinbase_length = coinbase.count
                share.extranonce_at = parameters.coinbase.prefix.count + 33
                share.branch32s = hashes
                share.branch_count = Self.branchCount
                withUnsafeMutableBytes(of: &share.header80) { $0.copyBytes(from: header(submission.roll)) }
                body(&share, submission)
            }
        }
    }

    private func header(_ roll: HeaderRoll) -> [UInt8] {
        let template = parameters.header
        return BlockHeader(
            version: template.version & ~template.versionMask | roll.versionBits & template.versionMask,
            previousBlock: template.previousBlock, merkleRoot: .zero, time: roll.ntime, bits: template.compactTarget,
            nonce: roll.nonce
        ).encoded()
    }

    private static let time: UInt32 = 1_790_000_000

    private static func hash(_ seed: UInt8) -> Hash256 {
        SHA256.hash([seed])
    }
}
