/// A reference to one output of an earlier transaction.
public struct OutPoint: Hashable, Sendable {
    /// The earlier transaction's id.
    public var txid: Hash256

    /// The output's index in that transaction.
    public var index: UInt32

    /// A reference to output `index` of transaction `txid`.
    public init(txid: Hash256, index: UInt32) {
        self.txid = txid
        self.index = index
    }

    /// What a coinbase input refers to: the zero hash and the largest index.
    public static let null = OutPoint(txid: .zero, index: .max)

    init(from reader: inout ByteReader) throws(ParseError) {
        txid = try reader.readHash()
        index = try reader.readUInt32()
    }

    func write(to writer: inout ByteWriter) {
        writer.append(txid)
        writer.append(littleEndian: index)
    }
}
