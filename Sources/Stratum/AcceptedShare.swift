public import Bitcoin
public import Shares

/// A share that was judged good and waits to be stored; also how a stored one is given back at a start.
public struct AcceptedShare: Hashable, Sendable {
    /// Counts the MSP's jobs.
    public var jobSequence: UInt64
    /// The number of the miner's account, as its login was answered.
    public var account: UInt32
    /// The number of the worker, as its login was answered.
    public var worker: UInt32
    /// The level that is credited, 33 ... 127.
    public var level: UInt8
    /// What made its coinbase unlike others.
    public var extranonce: Extranonce
    /// Header time and nonce, and the version bits as submitted.
    public var roll: HeaderRoll

    /// A share of a job by a worker of an account.
    public init(
        jobSequence: UInt64, account: UInt32, worker: UInt32, level: UInt8, extranonce: Extranonce, roll: HeaderRoll
    ) {
        self.jobSequence = jobSequence
        self.account = account
        self.worker = worker
        self.level = level
        self.extranonce = extranonce
        self.roll = roll
    }
}

/// A share that was refused, for statistics.
public struct RefusedShare: Hashable, Sendable {
    /// The number of the miner's account.
    public let account: UInt32
    /// The number of the worker.
    public let worker: UInt32
    /// Why.
    public let verdict: ShareVerdict
}
