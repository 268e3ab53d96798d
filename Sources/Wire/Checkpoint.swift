public import Bitcoin

/// A place in the log and what the ledger came to there (docs/protocol/broadcast.md, Checkpoints).
public struct Checkpoint: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.checkpoint

    /// The id of the epoch in which the commit is.
    public let epoch: Hash256
    /// The number k of the commit.
    public let commit: UInt64
    /// H_k.
    public let commitHash: Hash256
    /// The root of the ledger after the commit.
    public let ledgerRoot: Hash256

    /// A checkpoint.
    public init(epoch: Hash256, commit: UInt64, commitHash: Hash256, ledgerRoot: Hash256) {
        self.epoch = epoch
        self.commit = commit
        self.commitHash = commitHash
        self.ledgerRoot = ledgerRoot
    }

    /// What a voter signs: the tagged hash "radpool/checkpoint/v1" of the encoding.
    public var signedMessage: Hash256 {
        TaggedHash("radpool/checkpoint/v1").hash(encoded())
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        self = try Checkpoint(fields: &reader)
        try reader.finish()
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 104)
        encodeFields(into: &writer)
        return writer.bytes
    }

    init(fields reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        commit = try reader.uint64()
        commitHash = try reader.hash()
        ledgerRoot = try reader.hash()
    }

    func encodeFields(into writer: inout ByteWriter) {
        writer.append(epoch)
        writer.append(littleEndian: commit)
        writer.append(commitHash)
        writer.append(ledgerRoot)
    }
}

/// A checkpoint with voters' signatures; whether they are enough and good is judged by whoever knows the epoch.
public struct CheckpointCertificate: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.checkpointCertificate

    /// A voter's signature.
    public struct Signature: Hashable, Sendable {
        /// The voter's index among the authors.
        public let author: UInt16
        /// BIP340, 64 bytes.
        public let bytes: [UInt8]

        /// A signature of an author.
        public init(author: UInt16, bytes: [UInt8]) {
            self.author = author
            self.bytes = bytes
        }
    }

    /// What is signed.
    public let checkpoint: Checkpoint
    /// The signatures, strictly ascending by author, 1 ... 100.
    public let signatures: [Signature]

    /// A certificate.
    ///
    /// - Throws: `RecordFault` in `signatures` for none, more than 100, a wrong order or length.
    public init(_ checkpoint: Checkpoint, signatures: [Signature]) throws(RecordFault) {
        self.checkpoint = checkpoint
        self.signatures = signatures
        let isOrdered = zip(signatures, signatures.dropFirst()).allSatisfy { $0.author < $1.author }
        guard (1...EpochConfiguration.maximumVoterCount).contains(signatures.count), isOrdered,
            signatures.allSatisfy({ $0.bytes.count == 64 })
        else {
            throw RecordFault(.signatures)
        }
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let checkpoint = try Checkpoint(fields: &reader)
        let count = try reader.count(.signatures, minimumSize: 66)
        var signatures: [Signature] = []
        for _ in 0..<count {
            let author = try reader.uint16()
            signatures.append(Signature(author: author, bytes: try reader.bytes(64)))
        }
        try reader.finish()
        do { try self.init(checkpoint, signatures: signatures) } catch { throw reader.error(error) }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 107 + 66 * signatures.count)
        checkpoint.encodeFields(into: &writer)
        writer.append(compactSize: signatures.count)
        for signature in signatures {
            writer.append(littleEndian: signature.author)
            writer.append(signature.bytes)
        }
        return writer.bytes
    }
}
