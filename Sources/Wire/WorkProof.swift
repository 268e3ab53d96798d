public import Bitcoin

/// A node of the work tree: a hash that commits to a sum (docs/protocol/accounting.md, Work tree).
public struct WorkNode: Hashable, Sendable {
    /// The tagged hash.
    public let hash: Hash256
    /// The work below the node, in units of 2^(level - 33).
    public let sum: UInt128

    /// A node.
    public init(hash: Hash256, sum: UInt128) {
        self.hash = hash
        self.sum = sum
    }
}

/// A miner's work in a settlement, and the way up to the root of the work tree.
public struct WorkProof: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.workProof

    /// The most leaves of a tree.
    public static let maximumLeafCount: UInt64 = 1 << 32

    /// The miner's x-only payout key.
    public let key: XOnlyKeyBytes
    /// The miner's work, at least 1.
    public let work: UInt128
    /// The leaf's place among all, from 0.
    public let index: UInt64
    /// The number of leaves, 1 ... 2^32.
    public let leafCount: UInt64
    /// The nodes beside the way up, the leaf's neighbour first; none where a node has no neighbour.
    public let siblings: [WorkNode]

    /// A proof.
    ///
    /// - Throws: `RecordFault` for a field outside its bounds.
    public init(
        key: XOnlyKeyBytes, work: UInt128, index: UInt64, leafCount: UInt64, siblings: [WorkNode]
    ) throws(RecordFault) {
        guard work > 0 else { throw RecordFault(.work) }
        guard (1...Self.maximumLeafCount).contains(leafCount) else { throw RecordFault(.leafCount) }
        guard index < leafCount else { throw RecordFault(.leafIndex) }
        guard siblings.count == Path.siblingCount(index: index, count: leafCount) else {
            throw RecordFault(.siblings)
        }
        self.key = key
        self.work = work
        self.index = index
        self.leafCount = leafCount
        self.siblings = siblings
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let key = try reader.key()
        let work = try reader.uint128(.work)
        let index = try reader.compactSize(.leafIndex)
        let leafCount = try reader.compactSize(.leafCount)
        let count = try reader.count(.siblings, minimumSize: 48)
        var siblings: [WorkNode] = []
        siblings.reserveCapacity(count)
        for _ in 0..<count { siblings.append(WorkNode(hash: try reader.hash(), sum: try reader.uint128())) }
        try reader.finish()
        do {
            try self.init(key: key, work: work, index: index, leafCount: leafCount, siblings: siblings)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 60 + 48 * siblings.count)
        writer.append(key.bytes)
        writer.append(littleEndian: work)
        writer.append(compactSize: index)
        writer.append(compactSize: leafCount)
        writer.append(compactSize: siblings.count)
        for node in siblings {
            writer.append(node.hash)
            writer.append(littleEndian: node.sum)
        }
        return writer.bytes
    }
}

extension WorkProof {
    /// The way from a leaf to the root: on which side a node stands at each level.
    public struct Path: Sendable {
        /// Where a node stands.
        public enum Step: Sendable {
            /// Left of its sibling.
            case left
            /// Right of its sibling.
            case right
            /// Without a sibling: it goes up as it is.
            case alone
        }

        private var index: UInt64
        private var count: UInt64

        /// The way of a leaf, whose index is below the number of leaves.
        public init(index: UInt64, count: UInt64) {
            self.index = index
            self.count = count
        }

        /// The next step; nil at the root.
        public mutating func next() -> Step? {
            guard count > 1 else { return nil }
            let step: Step = index & 1 == 1 ? .right : index == count - 1 ? .alone : .left
            index /= 2
            count = count / 2 + count % 2
            return step
        }

        /// How many siblings there are on the way.
        static func siblingCount(index: UInt64, count: UInt64) -> Int {
            var path = Path(index: index, count: count)
            var siblings = 0
            while let step = path.next() {
                if step != .alone { siblings += 1 }
            }
            return siblings
        }
    }
}
