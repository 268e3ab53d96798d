/// The witness stack of one input (BIP141): byte strings, bottom first.
///
/// Kept as one run of bytes with the items' ends, so that even a stack of millions of tiny items takes a small multiple
/// of its encoding.
public struct Witness: Hashable, Sendable {
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []

    /// An empty stack: no witness.
    public init() {}

    /// A stack of the given items.
    public init(_ items: [[UInt8]]) {
        for item in items {
            append(item[...])
        }
    }

    private mutating func append(_ item: ArraySlice<UInt8>) {
        bytes += item
        // No input holds 4 GiB: `init(from:)` refuses longer ones, and nobody else has that much to append.
        ends.append(UInt32(clamping: bytes.count))
    }

    init(from reader: inout ByteReader) throws(ParseError) {
        let start = reader.offset
        let count = try reader.readCount(minimumSize: 1)
        guard reader.remaining <= Int(UInt32.max) else {
            throw ParseError(.countTooLarge(UInt64(reader.remaining)), offset: start)
        }
        ends.reserveCapacity(count)
        for _ in 0..<count {
            bytes += try reader.readLengthPrefixedSlice()
            ends.append(UInt32(clamping: bytes.count))
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.append(compactSize: count)
        for item in self {
            writer.append(compactSize: item.count)
            writer.append(item)
        }
    }

    /// Bytes of the serialisation.
    var serializedSize: Int {
        reduce(ByteWriter.compactSizeLength(count) + bytes.count) { $0 + ByteWriter.compactSizeLength($1.count) }
    }
}

extension Witness: RandomAccessCollection {
    /// The first item's index, 0.
    public var startIndex: Int { 0 }

    /// The number of items.
    public var endIndex: Int { ends.count }

    /// The item at a position; the slice keeps the indices that it has in the whole stack's bytes.
    public subscript(position: Int) -> ArraySlice<UInt8> {
        let start = position == 0 ? 0 : Int(ends[position - 1])
        return bytes[start..<Int(ends[position])]
    }
}

extension Witness: ExpressibleByArrayLiteral {
    /// A stack of the listed items.
    public init(arrayLiteral items: [UInt8]...) {
        self.init(items)
    }
}
