public import Bitcoin

/// A voter's word on whether a block of the pool is in the chain and its coinbase may be spent
/// (docs/protocol/accounting.md, Blocks).
public struct CoinbaseAnswer: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.coinbaseAnswer

    /// The hash of the block's header.
    public let block: Hash256
    /// Whether at least 100 blocks are on it in the chain of the voter's node.
    public let isMature: Bool

    /// An answer.
    public init(block: Hash256, isMature: Bool) {
        self.block = block
        self.isMature = isMature
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        block = try reader.hash()
        isMature = try reader.flag(.answer)
        try reader.finish()
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 35)
        writer.append(block)
        writer.append(isMature ? 1 : 0)
        return writer.bytes
    }
}
