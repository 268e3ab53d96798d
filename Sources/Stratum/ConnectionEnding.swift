/// Why a miner's connection ended (docs/protocol/stratum.md section 15), in the order of CStratum's counters.
public enum ConnectionEnding: UInt8, CaseIterable, Sendable {
    /// The miner closed it.
    case closed = 0
    /// A read or write failed.
    case failed
    /// It was beyond the connections allowed in all.
    case full
    /// It was beyond the connections allowed from one address.
    case addressFull
    /// Every extranonce1 lives or did until lately.
    case noExtranonce
    /// It spoke another protocol.
    case notStratum
    /// Its PROXY header was wrong or not to be believed.
    case badProxy
    /// The TLS handshake or a record failed.
    case tls
    /// It sent a line beyond the bound.
    case lineTooLong
    /// It sent too many lines that are not JSON.
    case strikes
    /// It sent too many shares or logins that were refused.
    case refusals
    /// It did not subscribe or authorise in time.
    case slowStart
    /// It was silent for too long.
    case idle
    /// It did not read what was sent.
    case slowReader
    /// Its extranonce1 went to the miner's new connection.
    case resumed
    /// The server stopped.
    case stopped

    /// The name in metrics: lower case words joined by underscores.
    public var name: String {
        switch self {
        case .closed: "closed"
        case .failed: "failed"
        case .full: "full"
        case .addressFull: "address_full"
        case .noExtranonce: "no_extranonce"
        case .notStratum: "not_stratum"
        case .badProxy: "bad_proxy"
        case .tls: "tls"
        case .lineTooLong: "line_too_long"
        case .strikes: "strikes"
        case .refusals: "refusals"
        case .slowStart: "slow_start"
        case .idle: "idle"
        case .slowReader: "slow_reader"
        case .resumed: "resumed"
        case .stopped: "stopped"
        }
    }
}
