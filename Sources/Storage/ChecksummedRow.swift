internal import Bitcoin
internal import Foundation
internal import GRDB
internal import Wire

/// A record with the key of its row and the checksum over both.
struct ChecksummedRow {
    let key: Int64
    let record: [UInt8]

    /// SHA-256 over the key (8 bytes, little-endian) and the record.
    var checksum: [UInt8] {
        var writer = ByteWriter(capacity: 8 + record.count)
        writer.append(littleEndian: key)
        writer.append(record)
        return SHA256.hash(writer.bytes).bytes
    }

    init(key: Int64, record: [UInt8]) {
        self.key = key
        self.record = record
    }

    /// Takes columns `key`, `record` and `checksum` of a row.
    init(_ row: Row, at place: (Int64) -> Corruption.Place) throws(StorageError) {
        key = row["key"]
        let data: Data = row["record"]
        record = Array(data)
        let stored: Data = row["checksum"]
        guard stored.elementsEqual(checksum) else {
            throw .corrupt(Corruption(place(key), .checksum))
        }
    }

    /// The record as a value.
    func decode<Record: WireRecord>(
        _ type: Record.Type, at place: (Int64) -> Corruption.Place
    ) throws(StorageError) -> Record {
        do {
            return try Record(decoding: record)
        } catch {
            throw .corrupt(Corruption(place(key), .record(error)))
        }
    }
}
