public import Bitcoin

/// A job of one MSP: what all its miners have in common until the next template or commit of the log.
///
/// Immutable; holds the merkle branch and the unchanging end of the coinbase ready for the hash lanes.
public final class ShareJob: Sendable {
    /// What a job is made from.
    public struct Parameters: Sendable {
        /// The syndicate whose log its shares enter.
        public var syndicate: SyndicateID
        /// The MSP that makes the job.
        public var msp: MSPID
        /// Counts the MSP's jobs; persisted, never reused.
        public var jobSequence: UInt64
        /// The newest commit of the log.
        public var logPosition: LogPosition
        /// The header fields and merkle branch.
        public var header: HeaderTemplate
        /// The template's earliest ntime, seconds.
        public var minTime: UInt32
        /// The template's own time, seconds; ntime may run ahead of it by 7200.
        public var currentTime: UInt32
        /// The coinbase, with room for owner and extranonce.
        public var coinbase: CoinbaseLayout

        /// All of it; nothing is checked before the job is made.
        public init(
            syndicate: SyndicateID, msp: MSPID, jobSequence: UInt64, logPosition: LogPosition, header: HeaderTemplate,
            minTime: UInt32, currentTime: UInt32, coinbase: CoinbaseLayout
        ) {
            self.syndicate = syndicate
            self.msp = msp
            self.jobSequence = jobSequence
            self.logPosition = logPosition
            self.header = header
            self.minTime = minTime
            self.currentTime = currentTime
            self.coinbase = coinbase
        }
    }

    /// What the job was made from.
    public let parameters: Parameters

    let storage: CSharesStorage

    /// Makes a job.
    ///
    /// - Throws: `ShareJobError` for a branch of more than 32 hashes, an nBits that no block can have, or an empty
    ///   range of ntime.
    public init(_ parameters: Parameters) throws(ShareJobError) {
        self.parameters = parameters
        storage = try CSharesBridge.makeJob(parameters)
    }

    /// The commitment of `miner` at `level` under this job.
    public func commitment(of miner: MinerID, at level: ShareLevel) -> OwnerCommitment {
        OwnerCommitment(
            syndicate: parameters.syndicate, msp: parameters.msp, miner: miner, level: level,
            jobSequence: parameters.jobSequence, logPosition: parameters.logPosition)
    }
}

/// A job as one miner has it at one level; its shares are credited to that miner at that level, or to nobody.
public final class ShareWork: Sendable {
    /// The job.
    public let job: ShareJob
    /// The miner that is credited.
    public let miner: MinerID
    /// The difficulty that is credited.
    public let level: ShareLevel

    let storage: CSharesStorage

    /// Makes the work of `miner` at `level` under `job`: one tagged hash and a midstate.
    public init(_ job: ShareJob, miner: MinerID, level: ShareLevel) throws(ShareJobError) {
        self.job = job
        self.miner = miner
        self.level = level
        storage = try CSharesBridge.makeWork(job.storage, miner: miner, level: level)
    }

    /// How many SHA-256 compressions one share takes, for benchmarks.
    public var compressions: Compressions {
        CSharesBridge.compressions(storage)
    }

    /// The share that a submission of this work stands for.
    public func share(_ extranonce: Extranonce, _ roll: HeaderRoll) -> Share {
        Share(
            jobSequence: job.parameters.jobSequence, miner: miner, level: level, extranonce: extranonce, roll: roll)
    }
}

/// SHA-256 compressions by kind; the kinds differ in what of the message is known beforehand.
public struct Compressions: Hashable, Sendable {
    /// Blocks of which nothing is known.
    public let fresh: Int
    /// Padded digests: the second halves of double hashes.
    public let digests: Int
    /// Blocks whose whole message schedule is known.
    public let scheduled: Int
}

/// Why a job or work cannot be made.
public enum ShareJobError: Error, Equatable, Sendable {
    /// The coinbase is longer than its bound.
    case coinbaseTooLong
    /// The merkle branch has more than 32 hashes.
    case branchTooLong
    /// The nBits is negative, zero, or beyond 256 bits.
    case badCompactTarget
    /// The level is outside 33...127.
    case badLevel
    /// The coinbase head does not end with the push of the 32-byte owner.
    case badLayout
    /// The earliest ntime lies behind the latest.
    case badTime
}
