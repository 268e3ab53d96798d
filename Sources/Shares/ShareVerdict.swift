internal import CShares

/// What is answered to a submitted share. The stratum codes and texts come from one table, in CShares.
public enum ShareVerdict: UInt8, CaseIterable, Sendable {
    /// Credited at the level its coinbase commits to.
    case accepted = 0
    /// The request is not a share at all.
    case malformed
    /// No such job on this connection.
    case unknownJob
    /// The job no longer earns.
    case stale
    /// Its header hash was credited before.
    case duplicate
    /// The hash does not meet the target of its level.
    case lowDifficulty
    /// The worker is not authorised on this connection.
    case unauthorized
    /// The connection has not subscribed.
    case notSubscribed
    /// extranonce2 is not exactly 8 bytes.
    case badExtranonce2
    /// ntime lies outside the job's range.
    case badNtime
    /// nonce is not exactly 4 bytes.
    case badNonce
    /// Version bits outside the mask were rolled.
    case badVersion
    /// The share cannot be stored now, so it is not accepted.
    case unavailable

    /// The stratum error code, 20...25; 0 for an accepted share.
    public var stratumCode: UInt32 {
        rp_share_verdict_code(cValue)
    }

    /// The text that goes with the code in a stratum error.
    public var text: String {
        unsafe String(cString: rp_share_verdict_text(cValue))
    }

    private var cValue: rp_share_verdict {
        rp_share_verdict(rawValue: UInt32(rawValue))
    }
}
