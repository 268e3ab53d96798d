internal import Bitcoin

/// The transactions that wait for a block: valid on the tip, no two of them spending the same output.
struct TransactionPool {
    /// A transaction in the pool.
    struct Entry {
        let transaction: Transaction
        let raw: [UInt8]
        let txid: Hash256
        let wtxid: Hash256
        let fee: Amount
        let weight: Int
        let sigopCost: Int
        /// Seconds since 1970 when it came.
        let time: UInt32
        /// The transactions of the pool whose outputs it spends.
        let parents: Set<Hash256>

        /// The size that fees are counted by, in vbytes.
        var virtualSize: Int { (weight + 3) / 4 }
    }

    /// The bytes that the pool holds at most.
    static let capacity = 50_000_000

    /// The transactions of the pool that one may depend on, itself counted, as bitcoind's default.
    static let longestChain = 25

    private var entries: [Hash256: Entry] = [:]
    /// Every entry once, parents before children.
    private var order: [Hash256] = []
    private var spenders: [OutPoint: Hash256] = [:]

    /// The size of all transactions in bytes.
    private(set) var totalSize = 0

    /// How many transactions there are.
    var count: Int { order.count }

    /// The entries, parents before children.
    var inOrder: [Entry] { order.compactMap { entries[$0] } }

    /// An entry by its transaction's id.
    subscript(txid: Hash256) -> Entry? { entries[txid] }

    /// Which transaction of the pool spends an output.
    func spender(of outPoint: OutPoint) -> Hash256? { spenders[outPoint] }

    /// The output that a transaction of the pool makes at a place.
    func output(at outPoint: OutPoint) -> TransactionOutput? {
        guard let outputs = entries[outPoint.txid]?.transaction.outputs, outPoint.index < UInt32(outputs.count) else {
            return nil
        }
        return outputs[Int(outPoint.index)]
    }

    /// All entries that one with these parents depends on.
    func ancestors(parents: Set<Hash256>) -> Set<Hash256> {
        var found: Set<Hash256> = []
        var pending = Array(parents)
        while let next = pending.popLast() {
            if let entry = entries[next], found.insert(next).inserted { pending += entry.parents }
        }
        return found
    }

    /// Takes an entry that was judged against this pool.
    mutating func insert(_ entry: Entry) {
        entries[entry.txid] = entry
        order.append(entry.txid)
        totalSize += entry.raw.count
        for input in entry.transaction.inputs {
            spenders[input.outPoint] = entry.txid
        }
    }

    /// Removes what a block has confirmed, and what spends the same outputs with all that depends on it.
    mutating func connect(_ block: Block) {
        let confirmed = Set(block.transactions.map(\.txid))
        let spenders = block.transactions.flatMap { $0.inputs.compactMap { self.spenders[$0.outPoint] } }
        let conflicts = Set(spenders).subtracting(confirmed)
        remove(withDescendants(conflicts).union(confirmed))
    }

    /// Removes all and gives it, parents before children.
    mutating func removeAll() -> [Entry] {
        let all = inOrder
        self = TransactionPool()
        return all
    }

    private func withDescendants(_ txids: Set<Hash256>) -> Set<Hash256> {
        guard !txids.isEmpty else {
            return []
        }
        var found = txids
        for txid in order {
            if let parents = entries[txid]?.parents, !parents.isDisjoint(with: found) { found.insert(txid) }
        }
        return found
    }

    private mutating func remove(_ txids: Set<Hash256>) {
        let present = txids.filter { entries[$0] != nil }
        guard !present.isEmpty else {
            return
        }
        for txid in present {
            guard let entry = entries.removeValue(forKey: txid) else { continue }
            totalSize -= entry.raw.count
            for input in entry.transaction.inputs {
                spenders[input.outPoint] = nil
            }
        }
        order.removeAll { present.contains($0) }
    }

    /// What goes into a block: parents before children, whole families by fee per weight as long as they fit.
    ///
    /// - Parameters:
    ///   - weight: the weight that the transactions may have together.
    ///   - sigopCost: the signature operations that they may cost together.
    func selection(weight: Int, sigopCost: Int) -> [Entry] {
        var chosen: Set<Hash256> = []
        var weightLeft = weight
        var sigopsLeft = sigopCost
        for entry in inOrder.sorted(by: { Self.pays($0, betterThan: $1) }) where !chosen.contains(entry.txid) {
            let family = ancestors(parents: entry.parents).union([entry.txid]).subtracting(chosen)
                .compactMap { entries[$0] }
            let familyWeight = family.reduce(0) { $0 + $1.weight }
            let familySigops = family.reduce(0) { $0 + $1.sigopCost }
            guard familyWeight <= weightLeft, familySigops <= sigopsLeft else { continue }
            weightLeft -= familyWeight
            sigopsLeft -= familySigops
            chosen.formUnion(family.map(\.txid))
        }
        return inOrder.filter { chosen.contains($0.txid) }
    }

    private static func pays(_ left: Entry, betterThan right: Entry) -> Bool {
        let leftProduct = left.fee.satoshis.multipliedFullWidth(by: Int64(right.weight))
        let rightProduct = right.fee.satoshis.multipliedFullWidth(by: Int64(left.weight))
        return (leftProduct.high, leftProduct.low) > (rightProduct.high, rightProduct.low)
    }
}
