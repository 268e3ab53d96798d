public import Bitcoin
public import Shares

/// A share that solves a block, whatever became of it as a share.
public struct SolvedBlock: Hashable, Sendable {
    /// The job that it is of.
    public let jobSequence: UInt64
    /// Who found it.
    public let miner: MinerID
    /// The level that its coinbase commits to.
    public let level: ShareLevel
    /// What made its coinbase unlike others.
    public let extranonce: Extranonce
    /// The header's time, seconds since 1970.
    public let ntime: UInt32
    /// The header's nonce.
    public let nonce: UInt32
    /// The header's version.
    public let version: UInt32
    /// The header's hash.
    public let hash: Hash256
    /// What was answered to the share.
    public let verdict: ShareVerdict

    /// A share as the validator judged it.
    ///
    /// - Parameters:
    ///   - share: the share.
    ///   - version: the header's version, the rolled bits merged in.
    ///   - hash: the header's hash.
    ///   - verdict: what was answered.
    public init(_ share: Share, version: UInt32, hash: Hash256, verdict: ShareVerdict) {
        jobSequence = share.jobSequence
        miner = share.miner
        level = share.level
        extranonce = share.extranonce
        ntime = share.roll.ntime
        nonce = share.roll.nonce
        self.version = version
        self.hash = hash
        self.verdict = verdict
    }
}
