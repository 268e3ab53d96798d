import Bitcoin
import CBaselines
import Shares

/// A job as miners have it: 12 branches, a coinbase of 250 bytes in Radpool's layout, and shares of several miners.
struct ShareFixture {
    static let branchCount = 12
    static let shareCount = 4096

    let works: [ShareWork]
    let submissions: [ShareSubmission]
    private let head: [UInt8]
    private let tail: [UInt8]
    private let branch: [UInt8]

    init() throws {
        head = Self.coinbaseHead
        tail = Self.coinbaseTail(length: 250 - head.count - 32 - 1 - 12)
        let branch = (0..<32 * Self.branchCount).map { UInt8(truncatingIfNeeded: ($0 &+ 1) &* 109) }
        self.branch = branch
        let job = try ShareJob(
            ShareJob.Parameters(
                syndicate: SyndicateID(Self.hash(1)), msp: MSPID(Self.hash(2)), jobSequence: 7,
                logPosition: LogPosition(k: 1_000_000, hash: Self.hash(3)),
                header: HeaderTemplate(
                    version: Self.version, versionMask: Self.mask, previousBlock: Self.hash(4),
                    compactTarget: Self.compactTarget,
                    merkleBranch: try stride(from: 0, to: branch.count, by: 32).map {
                        try Hash256(internalBytes: branch[$0..<$0 + 32])
                    }),
                minTime: Self.time - 600, currentTime: Self.time, coinbaseHead: head, coinbaseTail: tail))
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

    /// The same share, to be validated with one-shot calls of libcrypto. The caller keeps the buffers alive.
    func oneShot(_ body: (inout rp_bench_share, ShareSubmission) -> Void) {
        let submission = submissions[0]
        let work = submission.work
        let owner = work.job.commitment(of: work.miner, at: work.level).hash.bytes
        var coinbase = head + owner + [0x0c] + [UInt8](repeating: 0, count: 12) + tail
        let extranonceAt = head.count + 33
        coinbase.withUnsafeMutableBufferPointer { coinbase in
            branch.withUnsafeBufferPointer { branch in
                guard let bytes = coinbase.baseAddress, let hashes = branch.baseAddress else { return }
                var share = rp_bench_share()
                share.coinbase = bytes
                share.coinbase_length = coinbase.count
                share.extranonce_at = extranonceAt
                share.branch32s = hashes
                share.branch_count = Self.branchCount
                withUnsafeMutableBytes(of: &share.header80) { $0.copyBytes(from: header(submission.roll)) }
                body(&share, submission)
            }
        }
    }

    private func header(_ roll: HeaderRoll) -> [UInt8] {
        func little(_ value: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let version = Self.version & ~Self.mask | roll.versionBits & Self.mask
        return little(version) + Self.hash(4).bytes + [UInt8](repeating: 0, count: 32) + little(roll.ntime)
            + little(Self.compactTarget) + little(roll.nonce)
    }

    private static let version: UInt32 = 0x2000_0000
    private static let mask: UInt32 = 0x1fff_e000
    private static let compactTarget: UInt32 = 0x1702_6fae
    private static let time: UInt32 = 1_790_000_000

    private static func hash(_ seed: UInt8) -> Hash256 {
        SHA256.hash([seed])
    }

    /// Version, one input without a previous output, a script of 71 bytes, height 900,000, and the push of the owner.
    private static let coinbaseHead: [UInt8] =
        [2, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 32) + [0xff, 0xff, 0xff, 0xff, 71] + [3, 0xa0, 0xbb, 0x0d]
        + [0x20]

    /// A tag of 20 bytes, sequence, outputs (custody, witness commitment, and padding as a third) and lock time.
    private static func coinbaseTail(length: Int) -> [UInt8] {
        let tag: [UInt8] = [20] + Array("radpool/benchmarks/1".utf8)
        let custody: [UInt8] = [UInt8](repeating: 0x12, count: 8) + [34, 0x51, 0x20] + hash(5).bytes
        let commitment: [UInt8] = [UInt8](repeating: 0, count: 8) + [38, 0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed] + hash(6).bytes
        let start = tag + [0xff, 0xff, 0xff, 0xff, 3] + custody + commitment
        let room = length - start.count - 4
        let third = [UInt8](repeating: 0, count: 8) + [UInt8(room - 9), 0x6a] + [UInt8](repeating: 0x7f, count: room - 10)
        return start + third + [0, 0, 0, 0]
    }
}
