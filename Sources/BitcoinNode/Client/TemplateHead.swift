public import Bitcoin

/// What a job without transactions needs of a node's template: known before the transactions are looked at.
public struct TemplateHead: Hashable, Sendable {
    /// The hash of the block to build on.
    public let previousBlock: Hash256

    /// The height of the block to be found, at least 1.
    public let height: UInt32

    /// The target in the form of the header's nBits; always one that `CompactTarget.target()` takes.
    public let compactTarget: CompactTarget

    /// The node's clock (`curtime`), in seconds since 1970, at least `minimumTime`.
    public let currentTime: UInt32

    /// The earliest time the header may have (`mintime`), in seconds since 1970.
    public let minimumTime: UInt32

    /// The header's version as the node proposes it.
    public let version: UInt32

    /// The subsidy **and all fees** of the full template: an empty block may pay `Amount.subsidy(height:network:)`
    /// only.
    public let coinbaseValue: Amount

    /// What a long poll for the next change passes on; nil where the node knows none.
    public let longPollID: String?
}
