/// The 80 bytes of a block that proof of work is done on.
public struct BlockHeader: Hashable, Sendable {
    /// The version and its signalling bits (BIP9, BIP320).
    public var version: UInt32

    /// The hash of the block before.
    public var previousBlock: Hash256

    /// The root of the tree over the transactions' ids.
    public var merkleRoot: Hash256

    /// The miner's time in seconds since 1970.
    public var time: UInt32

    /// The target in its compact form, nBits.
    public var bits: CompactTarget

    /// What miners vary.
    public var nonce: UInt32

    /// A header of the given fields, in the order of the serialisation.
    public init(
        version: UInt32, previousBlock: Hash256, merkleRoot: Hash256, time: UInt32, bits: CompactTarget, nonce: UInt32
    ) {
        self.version = version
        self.previousBlock = previousBlock
        self.merkleRoot = merkleRoot
        self.time = time
        self.bits = bits
        self.nonce = nonce
    }

    /// The size of a header in bytes.
    public static let size = 80

    /// Parses exactly 80 bytes.
    public init(decoding bytes: [UInt8]) throws(ParseError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    /// Parses a header and leaves the reader behind it.
    public init(from reader: inout ByteReader) throws(ParseError) {
        version = try reader.readUInt32()
        previousBlock = try reader.readHash()
        merkleRoot = try reader.readHash()
        time = try reader.readUInt32()
        bits = CompactTarget(rawValue: try reader.readUInt32())
        nonce = try reader.readUInt32()
    }

    /// The 80 bytes.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.size)
        write(to: &writer)
        return writer.bytes
    }

    /// Appends the 80 bytes to `writer`.
    public func write(to writer: inout ByteWriter) {
        writer.append(littleEndian: version)
        writer.append(previousBlock)
        writer.append(merkleRoot)
        writer.append(littleEndian: time)
        writer.append(littleEndian: bits.rawValue)
        writer.append(littleEndian: nonce)
    }

    /// The block's hash: double SHA-256 of the 80 bytes.
    public var hash: Hash256 {
        SHA256.doubleHash(encoded())
    }

    /// Whether the block's hash meets the target that its own nBits states.
    public var meetsOwnTarget: Bool {
        guard let target = try? bits.target() else {
            return false
        }
        return target.isMet(by: hash)
    }

    /// Searches nonces from `first` on, over all lanes of this CPU's best kernel: the header with the first of them
    /// whose hash meets `target`, or nil if none of `count` does. Stops at nonce 2^32 - 1.
    public func mined(meeting target: Target, first: UInt32 = 0, count: UInt64 = 1 << 32) -> BlockHeader? {
        let found = HashKernel.scanNonces(header: encoded(), target: target.value.hash, first: first, count: count)
        guard let found else {
            return nil
        }
        var header = self
        header.nonce = found.nonce
        return header
    }
}
