internal import Bitcoin

/// The first byte of a record (docs/protocol/wire.md, Registry).
public enum RecordType: UInt8, Hashable, Sendable, CaseIterable {
    /// `Genesis`.
    case genesis = 0x01
    /// `MinerRegistration`.
    case minerRegistration = 0x02
    /// `JournalJob`.
    case journalJob = 0x03
    /// `JournalShareBatch`.
    case journalShareBatch = 0x04
    /// `EpochConfiguration`.
    case epochConfiguration = 0x05
    /// `Vertex`.
    case vertex = 0x06
    /// `EquivocationEvidence`.
    case equivocationEvidence = 0x07
    /// `CloseMark`.
    case closeMark = 0x08
    /// `Checkpoint`.
    case checkpoint = 0x09
    /// `CheckpointCertificate`.
    case checkpointCertificate = 0x0a
    /// `WorkProof`.
    case workProof = 0x0b
    /// `BlockFound`.
    case blockFound = 0x0c
    /// `CoinbaseAnswer`.
    case coinbaseAnswer = 0x0d
}

/// A value with exactly one encoding (docs/protocol/wire.md).
public protocol WireRecord: Hashable, Sendable {
    /// The first byte of the encoding.
    static var type: RecordType { get }

    /// Decodes the whole of `bytes`.
    ///
    /// - Throws: `WireError` unless they are exactly what `encoded()` gives for some value.
    init(decoding bytes: [UInt8]) throws(WireError)

    /// The encoding.
    func encoded() -> [UInt8]
}

/// The version of every record so far.
let currentVersion: UInt8 = 1

extension WireRecord {
    /// A writer that has written type and version.
    static func startEncoding(capacity: Int = 0) -> ByteWriter {
        var writer = ByteWriter(capacity: capacity + 2)
        writer.append(type.rawValue)
        writer.append(currentVersion)
        return writer
    }

    /// A reader that has read type and version.
    static func startDecoding(_ bytes: [UInt8]) throws(WireError) -> RecordReader {
        var reader = RecordReader(bytes)
        let code = try reader.uint8()
        guard let found = RecordType(rawValue: code) else {
            throw WireError(.unknownType(code), offset: 0)
        }
        guard found == type else {
            throw WireError(.unexpectedType(found), offset: 0)
        }
        let version = try reader.uint8()
        guard version == currentVersion else {
            throw WireError(.unknownVersion(version), offset: 1)
        }
        return reader
    }
}
