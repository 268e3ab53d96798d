/// A block: a header and the transactions under its merkle root.
public struct Block: Hashable, Sendable {
    /// The header.
    public var header: BlockHeader

    /// The transactions, coinbase first.
    public var transactions: [Transaction]

    /// A block of the given parts.
    public init(header: BlockHeader, transactions: [Transaction]) {
        self.header = header
        self.transactions = transactions
    }

    /// Parses a whole input as one block.
    public init(decoding bytes: [UInt8]) throws(ParseError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    /// Parses a block and leaves the reader behind it.
    public init(from reader: inout ByteReader) throws(ParseError) {
        header = try BlockHeader(from: &reader)
        let count = try reader.readCount(minimumSize: Transaction.minimumSize)
        transactions = []
        transactions.reserveCapacity(count)
        for _ in 0..<count {
            transactions.append(try Transaction(from: &reader))
        }
    }

    /// The serialisation with witnesses.
    public func encoded() -> [UInt8] {
        let size = BlockHeader.size + ByteWriter.compactSizeLength(transactions.count)
        var writer = ByteWriter(capacity: transactions.reduce(size) { $0 + $1.totalSize })
        header.write(to: &writer)
        writer.append(compactSize: transactions.count)
        for transaction in transactions {
            transaction.write(to: &writer)
        }
        return writer.bytes
    }

    /// The merkle tree's root over the transactions' ids; compare it with the header's.
    public var merkleTree: MerkleTree {
        MerkleTree(leaves: transactions.map(\.txid))
    }

    /// The root of the tree over the witness ids, the coinbase's taken as zero (BIP141).
    public var witnessRoot: Hash256 {
        MerkleTree(leaves: [.zero] + transactions.dropFirst().map(\.wtxid)).root
    }

    /// The weight (BIP141) in weight units.
    public var weight: Int {
        let size = 4 * (BlockHeader.size + ByteWriter.compactSizeLength(transactions.count))
        return transactions.reduce(size) { $0 + $1.weight }
    }
}
