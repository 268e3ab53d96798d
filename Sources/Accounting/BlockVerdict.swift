public import Bitcoin

/// What becomes of a block that a record names (docs/protocol/accounting.md, Blocks).
public enum BlockVerdict: UInt8, Hashable, Sendable {
    /// It is taken, and waits until it may be paid.
    case waits = 1
    /// It waits already, or its coinbase is done.
    case known = 2
    /// Four blocks of its height that the same MSP recorded wait.
    case tooMany = 3
    /// It is no block of the syndicate's, or of a height that is too high or forgotten.
    case refused = 4
    /// Its height has closed, and too few voters know what it builds on.
    case unreported = 5
    /// Voters do not find it in the chain.
    case missing = 6
    /// It is done without a payout.
    case tooSmall = 7
}

/// A verdict on a block.
public struct BlockNews: Hashable, Sendable {
    /// The hash of its header; of a record that is refused SHA-256 of the record.
    public let id: Hash256
    /// What becomes of it.
    public let verdict: BlockVerdict
}
