public import Bitcoin

/// A share as it is submitted for judging.
public struct ShareSubmission: Sendable {
    /// The work that the miner was given.
    public let work: ShareWork
    /// The bytes that complete the coinbase.
    public let extranonce: Extranonce
    /// The header fields that the miner varied.
    public let roll: HeaderRoll
    /// Whether the job no longer earns. A stale share is still tested as a block.
    public let isStale: Bool

    /// Submits what a miner found for `work`.
    public init(_ work: ShareWork, _ extranonce: Extranonce, _ roll: HeaderRoll, isStale: Bool = false) {
        self.work = work
        self.extranonce = extranonce
        self.roll = roll
        self.isStale = isStale
    }
}

/// What became of a share.
public struct ShareResult: Hashable, Sendable {
    /// The header's hash; made for every share, refused or not.
    public let hash: Hash256
    /// The header's version, the rolled bits merged in.
    public let version: UInt32
    /// Credited, or why not.
    public let verdict: ShareVerdict
    /// Whether the hash meets the block target, whatever the verdict: the block must be submitted.
    public let isBlock: Bool
}
