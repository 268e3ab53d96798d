/// What a list of hashes comes to in bitcoin's merkle tree, in which a level's odd last node is its own partner.
public struct MerkleTree: Hashable, Sendable {
    /// The root; zero for no leaves.
    public let root: Hash256

    /// Whether two partners are equal somewhere, so that a list with repeated leaves has the same root
    /// (CVE-2012-2459). A block whose tree is ambiguous must be refused without marking its hash as invalid.
    public let isAmbiguous: Bool

    /// Computes the tree over the leaves.
    public init(leaves: [Hash256]) {
        var level = leaves
        var ambiguous = false
        while level.count > 1 {
            // Before padding, because the padding itself pairs equals.
            for left in stride(from: 0, to: level.count - 1, by: 2) where level[left] == level[left + 1] {
                ambiguous = true
            }
            level = Self.parents(of: level)
        }
        root = level.first ?? .zero
        isAmbiguous = ambiguous
    }

    /// The level above one of at least one node.
    static func parents(of level: [Hash256]) -> [Hash256] {
        guard let last = level.last, !level.count.isMultiple(of: 2) else {
            return HashKernel.merkleLevel(level)
        }
        return HashKernel.merkleLevel(level + [last])
    }
}
