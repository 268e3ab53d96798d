public import Bitcoin

/// A share as it is replicated: what anyone needs, beside its job, to verify owner, difficulty and work.
public struct Share: Hashable, Sendable {
    /// Counts the MSP's jobs.
    public let jobSequence: UInt64
    /// The miner that is credited.
    public let miner: MinerID
    /// The difficulty that is credited.
    public let level: ShareLevel
    /// The bytes that make this coinbase unlike the others of its work.
    public let extranonce: Extranonce
    /// The part of the header that the miner's hardware varies.
    public let roll: HeaderRoll

    /// A share of the job `jobSequence` by `miner` at `level`.
    public init(jobSequence: UInt64, miner: MinerID, level: ShareLevel, extranonce: Extranonce, roll: HeaderRoll) {
        self.jobSequence = jobSequence
        self.miner = miner
        self.level = level
        self.extranonce = extranonce
        self.roll = roll
    }
}

/// The fields of a block header that a miner varies. Integers are values; the header holds them little-endian.
public struct HeaderRoll: Hashable, Sendable {
    /// Seconds since 1970.
    public let ntime: UInt32
    /// The nonce.
    public let nonce: UInt32
    /// Rolled bits of the version (BIP310); only those inside the job's mask reach the header.
    public let versionBits: UInt32

    /// A choice of the three fields.
    public init(ntime: UInt32, nonce: UInt32, versionBits: UInt32) {
        self.ntime = ntime
        self.nonce = nonce
        self.versionBits = versionBits
    }
}
