/// Collects a serialisation. Integers are little-endian.
public struct ByteWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty serialisation with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        bytes.reserveCapacity(max(capacity, 0))
    }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Appends bytes as they are.
    public mutating func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// Appends bytes as they are.
    public mutating func append(_ more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Appends a fixed-width integer, least significant byte first.
    public mutating func append(littleEndian value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index)))
        }
    }

    // The three overloads below are what most callers of other modules get: the generic one is not specialised for
    // them, and took a tenth of a microsecond a number.

    /// Appends an integer, least significant byte first.
    public mutating func append(littleEndian value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    /// Appends an integer, least significant byte first.
    public mutating func append(littleEndian value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
    }

    /// Appends an integer, least significant byte first.
    public mutating func append(littleEndian value: UInt64) {
        append(word: value)
    }

    /// Appends a hash in internal order.
    public mutating func append(_ hash: Hash256) {
        bytes.append(addingCapacity: 32) { room in
            room.append(littleEndian: hash.word0)
            room.append(littleEndian: hash.word1)
            room.append(littleEndian: hash.word2)
            room.append(littleEndian: hash.word3)
        }
    }

    /// Appends a compact size in its shortest form.
    public mutating func append(compactSize value: Int) {
        append(compactSize: UInt64(max(value, 0)))
    }

    /// Appends a compact size in its shortest form.
    public mutating func append(compactSize value: UInt64) {
        switch value {
        case ..<0xfd:
            append(UInt8(truncatingIfNeeded: value))
        case ...0xffff:
            append(0xfd)
            append(littleEndian: UInt16(truncatingIfNeeded: value))
        case ...0xffff_ffff:
            append(0xfe)
            append(littleEndian: UInt32(truncatingIfNeeded: value))
        default:
            append(0xff)
            append(word: value)
        }
    }

    /// Appends the bytes' count as a compact size and then the bytes.
    public mutating func append(lengthPrefixed more: [UInt8]) {
        append(compactSize: more.count)
        append(more)
    }

    /// How many bytes a compact size takes.
    static func compactSizeLength(_ value: Int) -> Int {
        switch value {
        case ..<0xfd: 1
        case ...0xffff: 3
        case ...0xffff_ffff: 5
        default: 9
        }
    }

    // Not generic, because words and hashes are most of what is written: room is made once for all their bytes.
    private mutating func append(word: UInt64) {
        bytes.append(addingCapacity: 8) { $0.append(littleEndian: word) }
    }
}
