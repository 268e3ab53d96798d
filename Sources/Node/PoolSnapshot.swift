public import Bitcoin
public import Shares
public import Stratum

/// Everything that the pool server shows of itself, as of one moment: what the HTTP API, the metrics and the dashboard
/// are made from.
public struct PoolSnapshot: Sendable {
    /// Who mines here.
    public struct Identity: Hashable, Sendable {
        /// The network that the syndicate mines on.
        public let network: Network
        /// The syndicate's id: the hash of its genesis.
        public let syndicate: SyndicateID
        /// The MSP's x-only identity key.
        public let msp: MSPID

        /// An MSP of a syndicate.
        public init(network: Network, syndicate: SyndicateID, msp: MSPID) {
            self.network = network
            self.syndicate = syndicate
            self.msp = msp
        }
    }

    /// Who mines here.
    public var identity: Identity
    /// Seconds since the server started.
    public var uptime: UInt64
    /// Whether shares are taken; while they are not, this says why.
    public var refusesShares: String?
    /// The stratum server's counters: connections, verdicts, bytes, latencies.
    public var stratum: StratumMetrics
    /// All workers together.
    public var total: WorkTotals
    /// Every worker that mined since the start, in the order in which they first came. Workers beyond the bound are
    /// counted together as the worker whose name is nil.
    public var workers: [WorkerSnapshot]
    /// The work that miners have now; nil before the first job.
    public var job: JobSnapshot?
    /// How many jobs were published since the start.
    public var publishedJobs: UInt64
    /// The newest blocks found since the start, newest last, at most `maximumBlocks`.
    public var blocks: [FoundBlock]
    /// The share journal.
    public var journal: JournalSnapshot
    /// The bitcoin nodes, by priority.
    public var nodes: [NodeSnapshot]

    /// The most blocks that a snapshot lists; `stratum.blocks` counts all.
    public static let maximumBlocks = 100

    /// A server at its start.
    public init(identity: Identity) {
        self.identity = identity
        uptime = 0
        refusesShares = nil
        stratum = StratumMetrics()
        total = WorkTotals()
        workers = []
        job = nil
        publishedJobs = 0
        blocks = []
        journal = JournalSnapshot()
        nodes = []
    }
}

/// Stored work and refusals of one worker or of all.
public struct WorkTotals: Hashable, Sendable {
    /// Shares that were stored, and so accepted.
    public var acceptedShares: UInt64 = 0
    /// Their work in units of 2^-31 difficulty: a share of level L counts 2^(L - 33). A unit is two expected hashes.
    public var work: UInt128 = 0
    /// Refused submits, by `ShareVerdict.rawValue`; `accepted` stays 0.
    public var refusals = [UInt64](repeating: 0, count: ShareVerdict.allCases.count)
    /// Expected hashes a second, over about a minute, ten minutes and an hour.
    public var hashrate = Hashrate()

    /// Nothing yet.
    public init() {}
}

/// Expected hashes per second, from stored shares. Since the start, where that is less long ago than the window.
public struct Hashrate: Hashable, Sendable {
    /// Over the last minute.
    public var oneMinute: UInt128 = 0
    /// Over the last ten minutes.
    public var tenMinutes: UInt128 = 0
    /// Over the last hour.
    public var oneHour: UInt128 = 0

    /// Nothing yet.
    public init() {}
}

/// One worker of a miner.
public struct WorkerSnapshot: Hashable, Sendable {
    /// The number of the miner's registration; nil for the workers beyond the bound.
    public var account: UInt32?
    /// The account as the miner last named it: a registered name, an address or a key.
    public var accountName: String
    /// The worker's name, empty where the miner gave none; nil for all workers beyond the bound together.
    public var name: String?
    /// The agent that the miner named at its last login; empty for none.
    public var agent: String
    /// What it did.
    public var totals: WorkTotals
    /// Seconds since its last stored share; nil before the first.
    public var lastShareAge: UInt64?

    /// A worker that did nothing yet.
    public init(account: UInt32?, accountName: String, name: String?, agent: String) {
        self.account = account
        self.accountName = accountName
        self.name = name
        self.agent = agent
        totals = WorkTotals()
        lastShareAge = nil
    }
}

/// The job that miners work on.
public struct JobSnapshot: Hashable, Sendable {
    /// Counts the MSP's jobs.
    public var sequence: UInt64
    /// The height of the block.
    public var height: UInt32
    /// The hash of the block before.
    public var previousBlock: Hash256
    /// The target of the block.
    public var compactTarget: CompactTarget
    /// Subsidy and fees.
    public var value: Amount
    /// How many transactions the block has beside the coinbase.
    public var transactionCount: Int
    /// Seconds since the job was published.
    public var age: UInt64

    /// A job.
    public init(
        sequence: UInt64, height: UInt32, previousBlock: Hash256, compactTarget: CompactTarget, value: Amount,
        transactionCount: Int
    ) {
        self.sequence = sequence
        self.height = height
        self.previousBlock = previousBlock
        self.compactTarget = compactTarget
        self.value = value
        self.transactionCount = transactionCount
        age = 0
    }
}
