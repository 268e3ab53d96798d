public import Shares

/// Somebody wants to mine. All texts are printable ASCII.
public struct MinerLogin: Hashable, Sendable {
    /// Names the login in its answer.
    public let ticket: UInt64
    /// What stands before the first dot of the user name.
    public let account: String
    /// What stands behind it; may be empty.
    public let worker: String
    /// The password, cut at 128 bytes; other bytes are `?`.
    public let password: String
    /// The miner's agent; empty for none.
    public let agent: String
    /// The miner's address, as the PROXY header or the connection says.
    public let address: String
}

/// The answer to a login.
public struct LoginAnswer: Hashable, Sendable {
    /// Who a granted worker is.
    public struct Grant: Hashable, Sendable {
        /// The miner that its jobs commit to.
        public var miner: MinerID
        /// The number of the account.
        public var account: UInt32
        /// The number of the worker.
        public var worker: UInt32
        /// Whether it mined here before: it may use the last tenth of the connections.
        public var isKnown: Bool

        /// A worker of a miner.
        public init(miner: MinerID, account: UInt32, worker: UInt32, isKnown: Bool) {
            self.miner = miner
            self.account = account
            self.worker = worker
            self.isKnown = isKnown
        }
    }

    /// Yes or no.
    public enum Outcome: Hashable, Sendable {
        /// The worker may mine.
        case granted(Grant)
        /// It may not; the text for the miner, cut at 128 bytes.
        case refused(String)
    }

    /// The login's ticket.
    public var ticket: UInt64
    /// Yes or no.
    public var outcome: Outcome

    /// An answer.
    public init(ticket: UInt64, _ outcome: Outcome) {
        self.ticket = ticket
        self.outcome = outcome
    }
}
