internal import Bitcoin
internal import Foundation
internal import GRDB
internal import Wire

/// A record with the key of its row, for a job the batch from which it counts, and the checksum over all.
struct ChecksummedRow {
    let key: Int64
    let firstBatch: Int64?
    let record: [UInt8]

    /// SHA-256 over the integers (8 bytes each, little-endian) and the record.
    var checksum: [UInt8] {
        var integers = ByteWriter(capacity: 16)
        integers.append(littleEndian: key)
        if let firstBatch { integers.append(littleEndian: firstBatch) }
        return SHA256.hash(integers.bytes, record).bytes
    }

    init(key: Int64, firstBatch: Int64? = nil, record: [UInt8]) {
        self.key = key
        self.firstBatch = firstBatch
        self.record = record
    }

    /// Takes columns `key`, `record`, `checksum` and, if there is one, `first_batch` of a row.
    init(_ row: Row, at place: (Int64) -> Corruption.Place) throws(StorageError) {
        key = row["key"]
        firstBatch = row["first_batch"]
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
