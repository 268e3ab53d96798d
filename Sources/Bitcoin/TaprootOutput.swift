/// A taproot output: an internal key, an optional tree of scripts and the output key that commits to both (BIP341).
public struct TaprootOutput: Hashable, Sendable {
    /// The key that can spend on the key path once tweaked.
    public let internalKey: XOnlyKeyBytes

    /// The scripts that can spend too; nil for none.
    public let tree: TapTree?

    /// The tree's root; nil without a tree.
    public let merkleRoot: Hash256?

    /// The key of the output script.
    public let outputKey: XOnlyKeyBytes

    /// Whether the output point's y coordinate is odd, as control blocks must say.
    public let hasOddY: Bool

    /// Computes the output key.
    ///
    /// - Throws: `TaprootError` if the tree is too deep or the arithmetic refuses key or tweak.
    public init(
        internalKey: XOnlyKeyBytes, tree: TapTree?, arithmetic: some TaprootPointArithmetic
    ) throws(TaprootError) {
        let root: Hash256? = if let tree { try tree.merkleRoot() } else { nil }
        let tweak = Self.tweak(internalKey: internalKey, merkleRoot: root)
        guard let output = arithmetic.addingTweak(tweak, to: internalKey) else {
            throw .invalidKey
        }
        self.internalKey = internalKey
        self.tree = tree
        merkleRoot = root
        outputKey = output.key
        hasOddY = output.hasOddY
    }

    /// Tagged hash "TapTweak" of the internal key and, with a script tree, its root.
    public static func tweak(internalKey: XOnlyKeyBytes, merkleRoot: Hash256?) -> Hash256 {
        TaggedHash.tapTweak.hash(internalKey.bytes + (merkleRoot?.bytes ?? []))
    }

    /// The output script.
    public var script: Script { .payToTaproot(outputKey) }

    /// Every leaf of the tree from left to right with its control block, the last item of a script-path witness.
    public func controlBlocks() throws(TaprootError) -> [(leaf: TapLeaf, controlBlock: [UInt8])] {
        try (tree?.leavesWithPaths() ?? []).map { leaf, path in
            let first = leaf.version | (hasOddY ? 1 : 0)
            return (leaf, [first] + internalKey.bytes + path.flatMap(\.bytes))
        }
    }
}

/// Why there is no such taproot output.
public enum TaprootError: Error, Hashable, Sendable {
    /// A leaf lies more than 128 levels down.
    case treeTooDeep
    /// The internal key is not on the curve, or the tweak gives no key.
    case invalidKey
}
