/// A tree of taproot scripts (BIP341).
public indirect enum TapTree: Hashable, Sendable {
    /// A script.
    case leaf(TapLeaf)
    /// Two trees below one node; their order does not change the root.
    case branch(TapTree, TapTree)

    /// How many nodes a path through the tree may have (BIP341).
    public static let maximumDepth = 128

    /// The hash of an inner node: tagged hash "TapBranch" of its children, the smaller first as bytes compare.
    public static func branchHash(_ left: Hash256, _ right: Hash256) -> Hash256 {
        let (left, right) = (left.bytes, right.bytes)
        let inOrder = left.lexicographicallyPrecedes(right) ? left + right : right + left
        return TaggedHash.tapBranch.hash(inOrder)
    }

    /// The root's hash.
    ///
    /// - Throws: `TaprootError.treeTooDeep` if a leaf lies more than 128 levels down.
    public func merkleRoot() throws(TaprootError) -> Hash256 {
        try summary(depth: 0).hash
    }

    /// The leaves from left to right, each with the hashes beside its path, lowest first.
    ///
    /// - Throws: `TaprootError.treeTooDeep` if a leaf lies more than 128 levels down.
    public func leavesWithPaths() throws(TaprootError) -> [(leaf: TapLeaf, path: [Hash256])] {
        try summary(depth: 0).leaves
    }

    private typealias Summary = (hash: Hash256, leaves: [(leaf: TapLeaf, path: [Hash256])])

    private func summary(depth: Int) throws(TaprootError) -> Summary {
        guard depth <= Self.maximumDepth else {
            throw .treeTooDeep
        }
        switch self {
        case .leaf(let leaf):
            return (leaf.hash, [(leaf, [])])
        case .branch(let left, let right):
            let left = try left.summary(depth: depth + 1)
            let right = try right.summary(depth: depth + 1)
            let leaves =
                left.leaves.map { (leaf: $0.leaf, path: $0.path + [right.hash]) }
                + right.leaves.map { (leaf: $0.leaf, path: $0.path + [left.hash]) }
            return (Self.branchHash(left.hash, right.hash), leaves)
        }
    }
}
