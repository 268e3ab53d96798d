/// A cursor over bytes that checks every bound and names the offset of what it refuses.
///
/// Counts are compared with the bytes that remain before anything is allocated for them, so parsing takes memory
/// within a small multiple of the input. Integers are little-endian.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]

    /// How many bytes have been read.
    public private(set) var offset = 0

    /// Starts at the first of the bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - offset }

    /// Reads one byte.
    public mutating func readUInt8() throws(ParseError) -> UInt8 {
        guard offset < bytes.count else {
            throw ParseError(.truncated(needed: 1), offset: offset)
        }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Reads a 16-bit little-endian integer.
    public mutating func readUInt16() throws(ParseError) -> UInt16 {
        try require(2)
        defer { offset += 2 }
        return bytes.span.extracting(offset..<offset + 2).littleEndian16(at: 0)
    }

    /// Reads a 32-bit little-endian integer.
    public mutating func readUInt32() throws(ParseError) -> UInt32 {
        try require(4)
        defer { offset += 4 }
        return bytes.span.extracting(offset..<offset + 4).littleEndian32(at: 0)
    }

    /// Reads a 64-bit little-endian integer.
    public mutating func readUInt64() throws(ParseError) -> UInt64 {
        try require(8)
        defer { offset += 8 }
        return bytes.span.extracting(offset..<offset + 8).littleEndian64(at: 0)
    }

    /// Reads a 32-byte hash in internal order.
    public mutating func readHash() throws(ParseError) -> Hash256 {
        try require(32)
        defer { offset += 32 }
        let hash = bytes.span.extracting(offset..<offset + 32)
        return Hash256(
            word0: hash.littleEndian64(at: 0), word1: hash.littleEndian64(at: 8), word2: hash.littleEndian64(at: 16),
            word3: hash.littleEndian64(at: 24))
    }

    /// Reads exactly `count` bytes.
    public mutating func readBytes(_ count: Int) throws(ParseError) -> [UInt8] {
        try require(count)
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Reads a compact size, which must be in its shortest form.
    public mutating func readCompactSize() throws(ParseError) -> UInt64 {
        let start = offset
        let first = try readUInt8()
        let (value, minimum): (UInt64, UInt64)
        switch first {
        case 0xfd: (value, minimum) = (UInt64(try readUInt16()), 0xfd)
        case 0xfe: (value, minimum) = (UInt64(try readUInt32()), 0x1_0000)
        case 0xff: (value, minimum) = (try readUInt64(), 0x1_0000_0000)
        default: return UInt64(first)
        }
        guard value >= minimum else {
            throw ParseError(.nonMinimalCompactSize, offset: start)
        }
        return value
    }

    /// Reads a compact size that counts items of at least `minimumSize` bytes each, all still to come.
    ///
    /// - Parameter minimumSize: the size of the smallest item in bytes, at least 1.
    public mutating func readCount(minimumSize: Int) throws(ParseError) -> Int {
        let start = offset
        let count = try readCompactSize()
        guard count <= UInt64(remaining / max(minimumSize, 1)) else {
            throw ParseError(.countTooLarge(count), offset: start)
        }
        return Int(count)
    }

    /// Reads a compact size and then that many bytes.
    public mutating func readLengthPrefixedBytes() throws(ParseError) -> [UInt8] {
        try readBytes(try readCount(minimumSize: 1))
    }

    /// Reads a compact size and then that many bytes, without copying them out of the input.
    mutating func readLengthPrefixedSlice() throws(ParseError) -> ArraySlice<UInt8> {
        let count = try readCount(minimumSize: 1)
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// Passes exactly `count` bytes.
    package mutating func skip(_ count: Int) throws(ParseError) {
        try require(count)
        offset += count
    }

    /// Passes a compact size and then that many bytes.
    mutating func skipLengthPrefixedBytes() throws(ParseError) {
        offset += try readCount(minimumSize: 1)
    }

    /// Checks that nothing is left.
    public func finish() throws(ParseError) {
        guard remaining == 0 else {
            throw ParseError(.trailingBytes(count: remaining), offset: offset)
        }
    }

    private func require(_ count: Int) throws(ParseError) {
        guard count >= 0, count <= remaining else {
            throw ParseError(.truncated(needed: count), offset: offset)
        }
    }
}
