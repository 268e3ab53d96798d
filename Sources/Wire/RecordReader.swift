internal import Bitcoin

/// A `ByteReader` that speaks in `WireError` and remembers where each bounded field started.
struct RecordReader {
    private let bytes: [UInt8]
    private var reader: ByteReader
    private var starts: [(field: RecordField, offset: Int)] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        reader = ByteReader(bytes)
    }

    var offset: Int { reader.offset }

    mutating func uint8(_ field: RecordField? = nil) throws(WireError) -> UInt8 {
        mark(field)
        do { return try reader.readUInt8() } catch { throw WireError(error) }
    }

    mutating func uint16(_ field: RecordField? = nil) throws(WireError) -> UInt16 {
        mark(field)
        do { return try reader.readUInt16() } catch { throw WireError(error) }
    }

    mutating func uint32(_ field: RecordField? = nil) throws(WireError) -> UInt32 {
        mark(field)
        do { return try reader.readUInt32() } catch { throw WireError(error) }
    }

    mutating func uint64(_ field: RecordField? = nil) throws(WireError) -> UInt64 {
        mark(field)
        do { return try reader.readUInt64() } catch { throw WireError(error) }
    }

    mutating func uint128(_ field: RecordField? = nil) throws(WireError) -> UInt128 {
        let low = try uint64(field)
        return UInt128(try uint64()) << 64 | UInt128(low)
    }

    mutating func hash() throws(WireError) -> Hash256 {
        do { return try reader.readHash() } catch { throw WireError(error) }
    }

    /// The hash that is so many bytes further on.
    mutating func hash(at distance: Int) throws(WireError) -> Hash256 {
        do {
            try reader.skip(distance)
            return try reader.readHash()
        } catch { throw WireError(error) }
    }

    mutating func key() throws(WireError) -> XOnlyKeyBytes {
        do { return try XOnlyKeyBytes(reader.readBytes(32)) } catch { throw WireError(error) }
    }

    mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
        do { return try reader.readBytes(count) } catch { throw WireError(error) }
    }

    /// 12 bytes as the coinbase has them.
    mutating func extranonce() throws(WireError) -> Extranonce {
        try fields(12) {
            Extranonce($0.littleEndian32(at: 0).byteSwapped, $0.littleEndian64(at: 4).byteSwapped)
        }
    }

    /// Fixed-width fields of `count` bytes in all, with one check of the bounds for all of them.
    mutating func fields<Value>(_ count: Int, _ read: (Span<UInt8>) -> Value) throws(WireError) -> Value {
        let start = reader.offset
        do { try reader.skip(count) } catch { throw WireError(error) }
        return read(bytes.span.extracting(start..<start + count))
    }

    /// A size that counts nothing in the record.
    mutating func compactSize(_ field: RecordField? = nil) throws(WireError) -> UInt64 {
        mark(field)
        do { return try reader.readCompactSize() } catch { throw WireError(error) }
    }

    /// How many bytes are left.
    var remaining: Int { reader.remaining }

    /// A size and that many bytes.
    mutating func lengthPrefixed(_ field: RecordField) throws(WireError) -> [UInt8] {
        mark(field)
        do { return try reader.readLengthPrefixedBytes() } catch { throw WireError(error) }
    }

    /// A size that counts items of at least `minimumSize` bytes.
    mutating func count(_ field: RecordField, minimumSize: Int) throws(WireError) -> Int {
        mark(field)
        do { return try reader.readCount(minimumSize: minimumSize) } catch { throw WireError(error) }
    }

    /// A size that is an index below `limit`.
    mutating func index(_ field: RecordField, below limit: Int) throws(WireError) -> Int {
        let start = offset
        let value: UInt64
        do { value = try reader.readCompactSize() } catch { throw WireError(error) }
        guard value < UInt64(limit) else {
            throw WireError(.invalid(field), offset: start)
        }
        return Int(value)
    }

    /// A byte that must be 0 or 1.
    mutating func flag(_ field: RecordField) throws(WireError) -> Bool {
        let value = try uint8(field)
        guard value <= 1 else {
            throw error(RecordFault(field))
        }
        return value == 1
    }

    func finish() throws(WireError) {
        do { try reader.finish() } catch { throw WireError(error) }
    }

    /// The error for a fault in a field that was read: where it started last.
    func error(_ fault: RecordFault) -> WireError {
        let start = starts.last { $0.field == fault.field }
        return WireError(.invalid(fault.field), offset: start?.offset ?? offset)
    }

    private mutating func mark(_ field: RecordField?) {
        if let field {
            starts.append((field, reader.offset))
        }
    }
}

extension WireError {
    /// The parser's error in the words of records.
    init(_ error: ParseError) {
        self.init(.malformed(error.kind), offset: error.offset)
    }
}
