public import Bitcoin

/// One link of an author's lane (docs/protocol/broadcast.md, Vertex).
public struct Vertex: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.vertex

    /// The id of the epoch.
    public let epoch: Hash256
    /// The author's index in the epoch's configuration.
    public let author: UInt16
    /// Counts the lane's vertices from 1.
    public let sequence: UInt64
    /// From 1.
    public let round: UInt64
    /// For each author the newest vertex that the author of this one had delivered with a lower round; 0 for none.
    public let parents: [UInt64]
    /// The tagged hash of the parents' digests.
    public let parentHash: Hash256
    /// Whether a control record is inside, for which rounds hurry.
    public let carriesControl: Bool
    /// What the author's node says; nil without one.
    public let facts: ChainFacts?
    /// Records in their encodings, each of a byte at least.
    public let records: [[UInt8]]

    /// A vertex.
    ///
    /// - Throws: `RecordFault` for a field outside its bounds.
    public init(
        epoch: Hash256, author: UInt16, sequence: UInt64, round: UInt64, parents: Parents, carriesControl: Bool,
        facts: ChainFacts?, records: [[UInt8]]
    ) throws(RecordFault) {
        self.epoch = epoch
        self.author = author
        self.sequence = sequence
        self.round = round
        self.parents = parents.sequences
        self.parentHash = parents.hash
        self.carriesControl = carriesControl
        self.facts = facts
        self.records = records
        if sequence == 0 { throw RecordFault(.sequence) }
        if round == 0 { throw RecordFault(.round) }
        if !(1...EpochConfiguration.maximumAuthorCount).contains(self.parents.count) { throw RecordFault(.parents) }
        if records.contains(where: \.isEmpty) { throw RecordFault(.records) }
    }

    /// What a vertex names as its parents.
    public struct Parents: Hashable, Sendable {
        /// For each author a sequence; 0 for none.
        public let sequences: [UInt64]
        /// The tagged hash of the named vertices' digests.
        public let hash: Hash256

        /// The parents with those sequences, whose digests have that hash.
        public init(sequences: [UInt64], hash: Hash256) {
            self.sequences = sequences
            self.hash = hash
        }
    }

    private static let control: UInt8 = 1
    private static let hasFacts: UInt8 = 2
}

extension Vertex {
    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let epoch = try reader.hash()
        let author = try reader.uint16()
        let sequence = try reader.uint64(.sequence)
        let round = try reader.uint64(.round)
        let count = try reader.count(.parents, minimumSize: 1)
        guard count <= EpochConfiguration.maximumAuthorCount else { throw reader.error(RecordFault(.parents)) }
        var sequences: [UInt64] = []
        sequences.reserveCapacity(count)
        for _ in 0..<count { sequences.append(try reader.compactSize()) }
        let parents = Parents(sequences: sequences, hash: try reader.hash())
        let flags = try reader.uint8(.flags)
        guard flags & ~(Self.control | Self.hasFacts) == 0 else { throw reader.error(RecordFault(.flags)) }
        let facts: ChainFacts? = flags & Self.hasFacts != 0 ? try ChainFacts(decoding: &reader) : nil
        let recordCount = try reader.count(.records, minimumSize: 2)
        var records: [[UInt8]] = []
        records.reserveCapacity(recordCount)
        for _ in 0..<recordCount { records.append(try reader.lengthPrefixed(.records)) }
        try reader.finish()
        do {
            try self.init(
                epoch: epoch, author: author, sequence: sequence, round: round, parents: parents,
                carriesControl: flags & Self.control != 0, facts: facts, records: records)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        let payload = records.reduce(0) { $0 + $1.count + 5 }
        var writer = Self.startEncoding(capacity: 256 + 9 * parents.count + payload)
        writer.append(epoch)
        writer.append(littleEndian: author)
        writer.append(littleEndian: sequence)
        writer.append(littleEndian: round)
        writer.append(compactSize: parents.count)
        for parent in parents { writer.append(compactSize: parent) }
        writer.append(parentHash)
        writer.append((carriesControl ? Self.control : 0) | (facts == nil ? 0 : Self.hasFacts))
        facts?.encode(into: &writer)
        writer.append(compactSize: records.count)
        for record in records { writer.append(lengthPrefixed: record) }
        return writer.bytes
    }

    /// The digest of a vertex in its encoding: the tagged hash "radpool/vertex/v1".
    public static func digest(ofEncoding bytes: [UInt8]) -> Hash256 {
        digestHash.hash(bytes)
    }

    /// What an author signs for one of its vertices: the tagged hash "radpool/send/v1" of epoch, author (u16),
    /// sequence (u64) and digest.
    public static func signedMessage(epoch: Hash256, author: UInt16, sequence: UInt64, digest: Hash256) -> Hash256 {
        var writer = ByteWriter(capacity: 74)
        writer.append(epoch)
        writer.append(littleEndian: author)
        writer.append(littleEndian: sequence)
        writer.append(digest)
        return sendHash.hash(writer.bytes)
    }

    private static let digestHash = TaggedHash("radpool/vertex/v1")
    private static let sendHash = TaggedHash("radpool/send/v1")
}
