internal import Bitcoin

/// All blocks that the node has taken, by hash, and which of them make the best chain.
struct ChainIndex {
    /// What is known of one block.
    struct Entry {
        let hash: Hash256
        let header: BlockHeader
        let height: Int
        /// The work of the block and all before it.
        let work: UInt256
        let transactionCount: Int
    }

    private var entries: [Hash256: Entry] = [:]

    /// The hashes of the best chain by height, genesis first; never empty.
    private(set) var active: [Hash256]

    /// The index of a chain that has the genesis block only.
    init(genesis: Block) {
        let hash = genesis.header.hash
        active = [hash]
        entries[hash] = Entry(
            hash: hash, header: genesis.header, height: 0, work: Self.work(of: genesis.header),
            transactionCount: genesis.transactions.count)
    }

    /// The height of the tip.
    var height: Int { active.count - 1 }

    /// The hash of the tip.
    var tip: Hash256 { active[active.count - 1] }

    /// What is known of a block on any branch.
    subscript(hash: Hash256) -> Entry? { entries[hash] }

    /// The best chain's block at a height.
    func entry(atHeight height: Int) -> Entry? {
        active.indices.contains(height) ? entries[active[height]] : nil
    }

    /// Whether a block lies on the best chain.
    func isActive(_ entry: Entry) -> Bool {
        active.indices.contains(entry.height) && active[entry.height] == entry.hash
    }

    /// Learns of a block whose parent is known; of others nothing is kept.
    mutating func insert(_ block: Block) {
        let hash = block.header.hash
        guard entries[hash] == nil, let parent = entries[block.header.previousBlock] else {
            return
        }
        let (work, overflow) = parent.work.addingReportingOverflow(Self.work(of: block.header))
        entries[hash] = Entry(
            hash: hash, header: block.header, height: parent.height + 1, work: overflow ? .max : work,
            transactionCount: block.transactions.count)
    }

    /// Makes a known child of the tip the new tip.
    mutating func extend(to hash: Hash256) {
        active.append(hash)
    }

    /// Takes the tip back by one block.
    mutating func retract() {
        active.removeLast()
    }

    /// The median of the times of a block and the ten before it (BIP113), in seconds since 1970.
    func medianTimePast(atHeight height: Int) -> UInt32 {
        let last = min(max(height, 0), self.height)
        let times = (max(0, last - 10)...last).compactMap { entry(atHeight: $0)?.header.time }.sorted()
        return times.isEmpty ? 0 : times[times.count / 2]
    }

    /// The median time past of any block, by its own ancestors.
    func medianTimePast(of entry: Entry) -> UInt32 {
        var times: [UInt32] = []
        var next: Entry? = entry
        while let current = next, times.count < 11 {
            times.append(current.header.time)
            next = current.height == 0 ? nil : entries[current.header.previousBlock]
        }
        times.sort()
        return times[times.count / 2]
    }

    private static func work(of header: BlockHeader) -> UInt256 {
        (try? header.bits.target())?.work ?? .zero
    }
}
