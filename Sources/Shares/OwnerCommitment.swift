public import Bitcoin
internal import CShares

/// Everything that a share's coinbase commits to before its first hash: who is credited, how much, for which job, and
/// from which place in the log on (DESIGN section 3; docs/protocol/share.md).
public struct OwnerCommitment: Hashable, Sendable {
    /// The syndicate whose log the share enters.
    public let syndicate: SyndicateID
    /// The MSP that made the job.
    public let msp: MSPID
    /// The miner that is credited.
    public let miner: MinerID
    /// The difficulty that is credited.
    public let level: ShareLevel
    /// Counts the MSP's jobs; persisted, never reused.
    public let jobSequence: UInt64
    /// The newest commit of the log when the job was made.
    public let logPosition: LogPosition

    /// Commits to all six.
    public init(
        syndicate: SyndicateID, msp: MSPID, miner: MinerID, level: ShareLevel, jobSequence: UInt64,
        logPosition: LogPosition
    ) {
        self.syndicate = syndicate
        self.msp = msp
        self.miner = miner
        self.level = level
        self.jobSequence = jobSequence
        self.logPosition = logPosition
    }

    /// The 32 bytes that stand in the coinbase: the tagged hash "radpool/share-owner/v1" (BIP340) of syndicate(32),
    /// MSP(32), miner(32), level(1), job sequence(8, little-endian), k(8, little-endian), H_k(32).
    public var hash: Hash256 {
        CSharesBridge.ownerHash(self)
    }
}

/// A place in the ordered log: the commit k and its rolling hash H_k (DESIGN section 5).
public struct LogPosition: Hashable, Sendable {
    /// Number of the commit.
    public let k: UInt64
    /// Rolling hash of the log up to and including commit k.
    public let hash: Hash256

    /// The place after commit `k`, whose rolling hash is `hash`.
    public init(k: UInt64, hash: Hash256) {
        self.k = k
        self.hash = hash
    }
}
