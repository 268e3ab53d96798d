public import Bitcoin

/// Two vertices that an author signed for one instance (docs/protocol/broadcast.md, Equivocation).
public struct EquivocationEvidence: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.equivocationEvidence

    /// One of the two.
    public struct Signed: Hashable, Sendable {
        /// The vertex's digest.
        public let digest: Hash256
        /// The author's signature, 64 bytes.
        public let signature: [UInt8]

        /// A signed digest.
        public init(digest: Hash256, signature: [UInt8]) {
            self.digest = digest
            self.signature = signature
        }
    }

    /// The id of the epoch.
    public let epoch: Hash256
    /// The author's index in the epoch's configuration.
    public let author: UInt16
    /// The sequence of both vertices.
    public let sequence: UInt64
    /// The vertex with the lower digest.
    public let lower: Signed
    /// The vertex with the higher digest.
    public let higher: Signed

    /// Evidence of two signed digests in either order; whether the signatures are good is judged by whoever has keys.
    ///
    /// - Throws: `RecordFault` for equal digests, sequence 0 or signatures that are not 64 bytes.
    public init(
        epoch: Hash256, author: UInt16, sequence: UInt64, _ one: Signed, _ other: Signed
    ) throws(RecordFault) {
        let isAscending = one.digest.bytes.lexicographicallyPrecedes(other.digest.bytes)
        self.epoch = epoch
        self.author = author
        self.sequence = sequence
        lower = isAscending ? one : other
        higher = isAscending ? other : one
        if sequence == 0 { throw RecordFault(.sequence) }
        if one.digest == other.digest || one.signature.count != 64 || other.signature.count != 64 {
            throw RecordFault(.digests)
        }
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let epoch = try reader.hash()
        let author = try reader.uint16()
        let sequence = try reader.uint64(.sequence)
        let start = reader.offset
        let first = Signed(digest: try reader.hash(), signature: try reader.bytes(64))
        let second = Signed(digest: try reader.hash(), signature: try reader.bytes(64))
        try reader.finish()
        do {
            try self.init(epoch: epoch, author: author, sequence: sequence, first, second)
        } catch  where error.field == .digests {
            throw WireError(.invalid(.digests), offset: start)
        } catch {
            throw reader.error(error)
        }
        guard lower == first else { throw WireError(.invalid(.digests), offset: start) }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 234)
        writer.append(epoch)
        writer.append(littleEndian: author)
        writer.append(littleEndian: sequence)
        for signed in [lower, higher] {
            writer.append(signed.digest)
            writer.append(signed.signature)
        }
        return writer.bytes
    }
}
