internal import Shares

extension ShareVerdict {
    /// The name in JSON and metrics: lower case words joined by underscores.
    var name: String {
        switch self {
        case .accepted: "accepted"
        case .malformed: "malformed"
        case .unknownJob: "unknown_job"
        case .stale: "stale"
        case .duplicate: "duplicate"
        case .lowDifficulty: "low_difficulty"
        case .unauthorized: "unauthorized"
        case .notSubscribed: "not_subscribed"
        case .badExtranonce2: "bad_extranonce2"
        case .badNtime: "bad_ntime"
        case .badNonce: "bad_nonce"
        case .badVersion: "bad_version"
        case .unavailable: "unavailable"
        }
    }
}
