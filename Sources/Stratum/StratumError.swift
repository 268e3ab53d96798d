/// Why a stratum server or a job of it cannot be made.
public enum StratumError: Error, Hashable, Sendable {
    /// There is no memory for it.
    case outOfMemory
    /// A value of the configuration is outside its range.
    case badConfiguration
    /// A listener's address is not a numeric IPv4 or IPv6 address.
    case badAddress
    /// A port cannot be bound; the system's words.
    case bindFailed(String)
    /// The certificate or the key cannot be used.
    case tlsFailed
    /// A thread or an event loop could not be started.
    case noThreads
    /// The validator or the notify line refuses the job: its branch, its coinbase or its times are beyond the bounds.
    case badJob
}

extension StratumError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .outOfMemory: "no memory for the stratum server"
        case .badConfiguration: "a value of the stratum server's configuration is outside its range"
        case .badAddress: "a stratum listener's address is not a numeric IPv4 or IPv6 address"
        case .bindFailed(let reason): "a stratum port cannot be bound: \(reason)"
        case .tlsFailed: "the TLS certificate or its key cannot be used"
        case .noThreads: "the stratum server's threads could not be started"
        case .badJob: "the job is beyond the bounds of the stratum server"
        }
    }
}
