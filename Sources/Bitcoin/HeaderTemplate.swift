/// The parts of a block header that a job fixes, and the merkle branch from its coinbase to the root.
public struct HeaderTemplate: Hashable, Sendable {
    /// Header version; bits inside `versionMask` are ignored.
    public var version: UInt32
    /// Bits that a miner may roll (BIP310).
    public var versionMask: UInt32
    /// Hash of the previous block.
    public var previousBlock: Hash256
    /// The header's nBits.
    public var compactTarget: CompactTarget
    /// Siblings of the coinbase on its way to the merkle root, lowest first.
    public var merkleBranch: MerkleBranch

    /// A template of the given fields.
    public init(
        version: UInt32, versionMask: UInt32, previousBlock: Hash256, compactTarget: CompactTarget,
        merkleBranch: MerkleBranch
    ) {
        self.version = version
        self.versionMask = versionMask
        self.previousBlock = previousBlock
        self.compactTarget = compactTarget
        self.merkleBranch = merkleBranch
    }
}
