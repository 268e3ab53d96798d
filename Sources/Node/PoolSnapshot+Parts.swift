public import Bitcoin
public import Shares
public import Stratum

/// A block that a share solved.
public struct FoundBlock: Hashable, Sendable {
    /// What a bitcoin node said to the block.
    public struct Answer: Hashable, Sendable {
        /// The node's name.
        public var node: String
        /// Nil if the node took the block or had it already; else why it did not.
        public var refusal: String?

        /// An answer.
        public init(node: String, refusal: String?) {
            self.node = node
            self.refusal = refusal
        }
    }

    /// The block's hash.
    public var hash: Hash256
    /// The block's height.
    public var height: UInt32
    /// Who found it.
    public var miner: MinerID
    /// Subsidy and fees.
    public var value: Amount
    /// What became of the share, whatever became of the block.
    public var verdict: ShareVerdict
    /// Seconds since 1970, by this server's clock.
    public var foundAt: UInt64
    /// What the nodes said; empty while they are asked.
    public var answers: [Answer]
    /// Why the block could not be built or submitted at all; nil where it could.
    public var problem: String?

    /// A block that was just found.
    public init(
        hash: Hash256, height: UInt32, miner: MinerID, value: Amount, verdict: ShareVerdict, foundAt: UInt64
    ) {
        self.hash = hash
        self.height = height
        self.miner = miner
        self.value = value
        self.verdict = verdict
        self.foundAt = foundAt
        answers = []
        problem = nil
    }

    /// Whether some node has the block.
    public var isTaken: Bool { answers.contains { $0.refusal == nil } }
}

/// The share journal.
public struct JournalSnapshot: Hashable, Sendable {
    /// Groups in the store.
    public var groups: UInt64 = 0
    /// Miners in the store.
    public var miners: UInt32 = 0
    /// Shares read back at the start.
    public var replayedShares: UInt64 = 0
    /// Groups committed since the start.
    public var commits: UInt64 = 0
    /// Groups that the disk refused since the start.
    public var failures: UInt64 = 0
    /// Why the last group was refused; nil when the last one was stored.
    public var problem: String?
    /// From the take of a group to its being durable.
    public var commit = LatencyHistogram()

    /// Nothing yet.
    public init() {}
}

/// A bitcoin node as the pool server sees it.
public struct NodeSnapshot: Hashable, Sendable {
    /// The node's name: its address without credentials.
    public var name: String
    /// Whether templates come from it now.
    public var isActive: Bool
    /// Whether it answers.
    public var isReachable: Bool
    /// The height of its tip; nil before it said.
    public var height: UInt32?
    /// What is wrong with it; nil for nothing.
    public var problem: String?

    /// A node.
    public init(name: String, isActive: Bool, isReachable: Bool, height: UInt32?, problem: String?) {
        self.name = name
        self.isActive = isActive
        self.isReachable = isReachable
        self.height = height
        self.problem = problem
    }
}
