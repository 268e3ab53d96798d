public import Bitcoin

/// A share as the journal keeps it: with its job and its miner it fixes the header, and so the hash and the identity.
public struct JournalShare: Hashable, Sendable {
    /// What the share is credited to: a miner at a level under a job.
    public struct Work: Hashable, Sendable {
        /// Counts the MSP's jobs.
        public let jobSequence: UInt64

        /// The number of the miner's registration.
        public let minerNumber: UInt32

        /// The level of the share, 33 ... 127: its difficulty is 2^(level - 64).
        public let level: UInt8

        /// A miner's work under a job; nil for a level outside 33 ... 127.
        public init?(jobSequence: UInt64, minerNumber: UInt32, level: UInt8) {
            guard Target.shareLevels.contains(level) else {
                return nil
            }
            self.jobSequence = jobSequence
            self.minerNumber = minerNumber
            self.level = level
        }
    }

    /// What the share is credited to.
    public let work: Work

    /// The bytes that make this coinbase unlike the others of its work.
    public let extranonce: Extranonce

    /// Header time, seconds since 1970.
    public let ntime: UInt32

    /// Header nonce.
    public let nonce: UInt32

    /// The version bits that the miner rolled; only those inside the job's mask reach the header.
    public let versionBits: UInt32

    /// A share of a work.
    public init(work: Work, extranonce: Extranonce, ntime: UInt32, nonce: UInt32, versionBits: UInt32) {
        self.work = work
        self.extranonce = extranonce
        self.ntime = ntime
        self.nonce = nonce
        self.versionBits = versionBits
    }
}
