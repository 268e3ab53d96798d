public import Bitcoin

/// What an author's own node says of the chain (docs/protocol/broadcast.md, Chain facts).
public struct ChainFacts: Hashable, Sendable {
    /// The height of the node's tip.
    public var height: UInt32
    /// The tip's hash, on which the next block builds.
    public var tip: Hash256
    /// nBits of the next block.
    public var compactTarget: CompactTarget
    /// What the author's own template for the next block pays: subsidy and fees.
    public var value: Amount
    /// The node's estimate, satoshis per 1,000 virtual bytes.
    public var feeRate: UInt32

    /// Facts of the given values.
    public init(height: UInt32, tip: Hash256, compactTarget: CompactTarget, value: Amount, feeRate: UInt32) {
        self.height = height
        self.tip = tip
        self.compactTarget = compactTarget
        self.value = value
        self.feeRate = feeRate
    }
}

extension ChainFacts {
    init(decoding reader: inout RecordReader) throws(WireError) {
        height = try reader.uint32()
        tip = try reader.hash()
        compactTarget = CompactTarget(rawValue: try reader.uint32())
        guard let satoshis = Int64(exactly: try reader.uint64(.value)), let value = Amount(satoshis: satoshis) else {
            throw reader.error(RecordFault(.value))
        }
        self.value = value
        feeRate = try reader.uint32()
    }

    func encode(into writer: inout ByteWriter) {
        writer.append(littleEndian: height)
        writer.append(tip)
        writer.append(littleEndian: compactTarget.rawValue)
        writer.append(littleEndian: value.satoshis)
        writer.append(littleEndian: feeRate)
    }
}
