public import Bitcoin
public import Wire

/// The Merkle-sum tree over what every miner has done (docs/protocol/accounting.md, Work tree).
public struct WorkTree: Hashable, Sendable {
    /// A miner's counted work.
    public struct Leaf: Hashable, Sendable {
        /// The miner's x-only payout key.
        public let key: XOnlyKeyBytes
        /// Units of 2^(level - 33), at least 1.
        public let work: UInt128

        /// A miner's work.
        public init(key: XOnlyKeyBytes, work: UInt128) {
            self.key = key
            self.work = work
        }
    }

    /// The leaves, ascending by the bytes of their keys.
    public let leaves: [Leaf]
    /// The nodes, the leaves' first and the root's last.
    private let levels: [[WorkNode]]

    /// The tree of some leaves.
    ///
    /// - Returns: nil unless the keys are strictly ascending, no work is 0 and their sum is below 2^128.
    public init?(_ leaves: [Leaf]) {
        let isOrdered = zip(leaves, leaves.dropFirst()).allSatisfy { $0.key < $1.key }
        guard isOrdered, leaves.allSatisfy({ $0.work > 0 }) else { return nil }
        self.leaves = leaves
        var levels = [leaves.map { WorkNode(leaf: $0.key, work: $0.work) }]
        while let below = levels.last, below.count > 1 {
            var above: [WorkNode] = []
            above.reserveCapacity((below.count + 1) / 2)
            for left in stride(from: 0, to: below.count, by: 2) {
                if left + 1 == below.count {
                    above.append(below[left])
                } else {
                    guard let node = WorkNode(below[left], below[left + 1]) else { return nil }
                    above.append(node)
                }
            }
            levels.append(above)
        }
        self.levels = levels
    }

    /// The root: what all miners have done.
    public var root: WorkNode { levels.last?.first?.root(leafCount: UInt64(leaves.count)) ?? .empty }

    /// The proof that a miner's work is in the tree; nil for a miner that is not.
    public func proof(of key: XOnlyKeyBytes) -> WorkProof? {
        guard let place = place(of: key) else { return nil }
        var index = place
        var siblings: [WorkNode] = []
        for level in levels {
            let other = index ^ 1
            if other < level.count { siblings.append(level[other]) }
            index /= 2
        }
        return try? WorkProof(
            key: key, work: leaves[place].work, index: UInt64(place), leafCount: UInt64(leaves.count),
            siblings: siblings)
    }

    private func place(of key: XOnlyKeyBytes) -> Int? {
        let place = leaves.firstIndex(atOrAbove: key) { $0.key }
        return place < leaves.count && leaves[place].key == key ? place : nil
    }
}

extension WorkNode {
    private static let leafHash = TaggedHash("radpool/work-leaf/v1")
    private static let nodeHash = TaggedHash("radpool/work-node/v1")

    private static let rootHash = TaggedHash("radpool/work-root/v1")

    /// The root of no leaves.
    public static let empty = WorkNode(hash: .zero, sum: 0).root(leafCount: 0)

    /// The root whose last node this is.
    func root(leafCount: UInt64) -> WorkNode {
        var writer = ByteWriter(capacity: 56)
        writer.append(littleEndian: leafCount)
        writer.append(hash)
        writer.append(littleEndian: sum)
        return WorkNode(hash: Self.rootHash.hash(writer.bytes), sum: sum)
    }

    /// The node of a leaf.
    public init(leaf key: XOnlyKeyBytes, work: UInt128) {
        var writer = ByteWriter(capacity: 48)
        writer.append(key.bytes)
        writer.append(littleEndian: work)
        self.init(hash: Self.leafHash.hash(writer.bytes), sum: work)
    }

    /// The node of two others; nil where the sum is 2^128 or more.
    public init?(_ left: WorkNode, _ right: WorkNode) {
        let (sum, overflow) = left.sum.addingReportingOverflow(right.sum)
        guard !overflow else { return nil }
        var writer = ByteWriter(capacity: 96)
        for node in [left, right] {
            writer.append(node.hash)
            writer.append(littleEndian: node.sum)
        }
        self.init(hash: Self.nodeHash.hash(writer.bytes), sum: sum)
    }
}

extension WorkProof {
    /// The root that the proof leads to; nil where the sums overflow. It proves the work to whoever knows the root
    /// from elsewhere.
    public var root: WorkNode? {
        var node = WorkNode(leaf: key, work: work)
        var path = Path(index: index, count: leafCount)
        var rest = siblings[...]
        while let step = path.next() {
            guard step != .alone else { continue }
            guard let sibling = rest.popFirst(),
                let above = step == .left ? WorkNode(node, sibling) : WorkNode(sibling, node)
            else { return nil }
            node = above
        }
        return node.root(leafCount: leafCount)
    }
}
