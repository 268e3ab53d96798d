import CShares
import CStratum
import StratumConversations

/// What a job of the trial chain is made from; the same numbers give the same job, also after a restart.
struct TrialJob: Hashable {
    let sequence: UInt64
    let tip: UInt8

    /// Seconds; the template's curtime.
    var time: UInt32 { Self.firstTime + UInt32(truncatingIfNeeded: sequence) }

    /// Seconds; the template's mintime.
    var minimumTime: UInt32 { time - 100 }

    static let firstTime: UInt32 = 1_700_000_000
    /// Bit 28 signals, and lies in the mask of rolled bits (notes of the field: everyone reads that differently).
    static let version: UInt32 = 0x3000_0000
    static let mask: UInt32 = 0x1fff_e000
    /// nBits of the header: every second hash; blocks are handed out at `blockBits` only.
    static let bits: UInt32 = 0x207f_ffff
    /// nBits of PoolRules.blockLevel: 0xFFFF * 2^230.
    static let blockBits: UInt32 = 0x1f3f_ffc0

    private static let head: [UInt8] =
        [1, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 32) + [0xff, 0xff, 0xff, 0xff, 58, 3, 1, 2, 3, 0x20]

    private static let tail: [UInt8] =
        [7] + Array("radpool".utf8) + [0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0, 0, 0, 34]
        + [UInt8](repeating: 0x51, count: 34) + [UInt8](repeating: 0, count: 8) + [38]
        + [UInt8](repeating: 0x6a, count: 38) + [0, 0, 0, 0]

    /// The job for a server.
    func make() throws -> OpaquePointer {
        var job: OpaquePointer?
        let branch = (0..<12).flatMap { [UInt8](repeating: UInt8($0) + 17, count: 32) }
        let previous = [tip] + [UInt8](repeating: 0x5a, count: 31)
        let ids = [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 2, count: 32) + [UInt8](repeating: 3, count: 32)
        let status = (Self.head + Self.tail + branch + previous + ids).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return RP_STRATUM_BAD_JOB }
            let tailAt = start + Self.head.count
            let branchAt = tailAt + Self.tail.count
            let previousAt = branchAt + branch.count
            var share = rp_share_job_params(
                version: Self.version, version_mask: Self.mask, compact_target: Self.bits, min_ntime: minimumTime,
                current_ntime: time, previous_hash32: previousAt, branch32s: branchAt, branch_count: 12,
                coinbase_head: start, coinbase_head_length: Self.head.count, coinbase_tail: tailAt,
                coinbase_tail_length: Self.tail.count, syndicate_id32: previousAt + 32, msp_id32: previousAt + 64,
                log_hash32: previousAt + 96, log_position: 0, job_sequence: sequence)
            return withUnsafePointer(to: &share) { share in
                var params = rp_stratum_job_params(share: share, block_compact_target: Self.blockBits)
                return rp_stratum_job_create(&job, &params)
            }
        }
        guard status == RP_STRATUM_OK, let job else { throw Mismatch("the server refuses a job: \(status)") }
        return job
    }
}
