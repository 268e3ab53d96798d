internal import Bitcoin
internal import Wire

/// A group as it stands in the tail of the journal (docs/protocol/journal.md has it byte by byte).
struct TailRecord {
    /// The number of the group: groups count from 0 without a gap.
    let number: UInt64
    let group: JournalGroup

    /// Records begin at multiples of this, and are filled up with zeros: the disk takes a whole page at once.
    static let pageSize = 4_096

    private static let mark = Array("RPT1".utf8)
    /// Mark, length of the content, number.
    private static let headSize = 16
    private static let checksumSize = 32

    /// What is hashed before every record, so that no other store's record is taken for one.
    static func salt(_ identity: StoreIdentity) -> [UInt8] {
        SHA256.hash(identity.syndicate.bytes, identity.msp.bytes).bytes
    }

    // MARK: Encoding

    /// The pages of a record.
    func encoded(salt: [UInt8]) -> [UInt8] {
        var content = ByteWriter(capacity: group.batches.reduce(16) { $0 + $1.bytes.count + 5 })
        Self.append(group.miners.map { $0.encoded() }, to: &content)
        Self.append(group.jobs.map { $0.encoded() }, to: &content)
        Self.append(group.batches.map(\.bytes), to: &content)
        let head = Self.head(number, count: content.bytes.count)
        var pages: [UInt8] = []
        let size = head.count + Self.checksumSize + content.bytes.count
        let padded = (size + Self.pageSize - 1) / Self.pageSize * Self.pageSize
        pages.reserveCapacity(padded)
        pages += head
        pages += SHA256.hash(salt + head, content.bytes).bytes
        pages += content.bytes
        pages += repeatElement(0, count: padded - size)
        return pages
    }

    private static func head(_ number: UInt64, count: Int) -> [UInt8] {
        var head = ByteWriter(capacity: headSize)
        head.append(mark)
        head.append(littleEndian: UInt32(clamping: count))
        head.append(littleEndian: number)
        return head.bytes
    }

    private static func append(_ records: [[UInt8]], to content: inout ByteWriter) {
        content.append(compactSize: records.count)
        for record in records { content.append(lengthPrefixed: record) }
    }

    // MARK: Decoding

    /// A record that lies whole in a file, its content not yet read.
    struct Sealed {
        let number: UInt64
        let content: [UInt8]
    }

    /// All whole records of a file, by the pages at which they begin; pages that begin none, or a torn one, are left
    /// out.
    static func sealed(in file: [UInt8], salt: [UInt8]) -> [Sealed] {
        stride(from: 0, to: file.count, by: pageSize).compactMap { sealed(in: file, at: $0, salt: salt) }
    }

    private static func sealed(in file: [UInt8], at offset: Int, salt: [UInt8]) -> Sealed? {
        let start = offset + headSize + checksumSize
        guard start <= file.count, file[offset..<offset + mark.count].elementsEqual(mark) else { return nil }
        let head = Array(file[offset..<offset + headSize])
        let count = Int(UInt32(truncatingIfNeeded: littleEndian(head[4..<8])))
        guard count <= file.count - start else { return nil }
        let content = Array(file[start..<start + count])
        guard file[offset + headSize..<start].elementsEqual(SHA256.hash(salt + head, content).bytes) else { return nil }
        return Sealed(number: littleEndian(head[8..<16]), content: content)
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    init(number: UInt64, group: JournalGroup) {
        (self.number, self.group) = (number, group)
    }

    /// Reads the content of a whole record.
    ///
    /// - Throws: `StorageError.corrupt`: what was written there was no group.
    init(_ sealed: Sealed) throws(StorageError) {
        number = sealed.number
        do {
            var reader = ByteReader(sealed.content)
            let miners = try Self.records(&reader)
            let jobs = try Self.records(&reader)
            let batches = try Self.records(&reader)
            do { try reader.finish() } catch { throw WireError(.malformed(error.kind), offset: error.offset) }
            group = JournalGroup(
                miners: try Self.decode(miners), jobs: try Self.decode(jobs),
                batches: try batches.compactMap(Self.batch))
        } catch let error as WireError {
            throw .corrupt(Corruption(.tail(sealed.number), .record(error)))
        } catch {
            throw .inputOutput("\(error)")
        }
    }

    private static func records(_ reader: inout ByteReader) throws(WireError) -> [[UInt8]] {
        do {
            let count = try reader.readCount(minimumSize: 1)
            var records: [[UInt8]] = []
            for _ in 0..<count { records.append(try reader.readLengthPrefixedBytes()) }
            return records
        } catch {
            throw WireError(.malformed(error.kind), offset: error.offset)
        }
    }

    private static func decode<Value: WireRecord>(_ records: [[UInt8]]) throws -> [Value] {
        try records.map { try Value(decoding: $0) }
    }

    private static func batch(_ bytes: [UInt8]) throws -> EncodedShareBatch? {
        try JournalShareBatch(decoding: bytes).encodedBatch
    }
}
