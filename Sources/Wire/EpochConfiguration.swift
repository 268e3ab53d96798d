public import Bitcoin

/// What is the same at all members for as long as an epoch lasts (docs/protocol/broadcast.md, Epoch configuration).
public struct EpochConfiguration: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.epochConfiguration

    /// A member with a lane.
    public struct Author: Hashable, Sendable {
        /// The x-only identity key. Whether it is a point of the curve is judged by whoever uses it.
        public let key: XOnlyKeyBytes
        /// Whether it votes in the epoch.
        public let isVoter: Bool

        /// An author.
        public init(key: XOnlyKeyBytes, isVoter: Bool) {
            self.key = key
            self.isVoter = isVoter
        }
    }

    /// What a vertex may carry.
    public struct Bounds: Hashable, Sendable {
        /// Which rules the echo gate follows; 1.
        public var gateVersion: UInt8 = 1
        /// The easiest share, 33 ... 127.
        public var lowestLevel: UInt8 = 48
        /// The hardest share, the lowest level ... 127.
        public var highestLevel: UInt8 = 127
        /// What the records of one vertex may take, 1,024 ... 4,194,304 bytes.
        public var largestPayload: UInt32 = 262_144
        /// The most records of one vertex, 1 ... 65,536.
        public var mostRecords: UInt32 = 4_096

        /// The defaults.
        public init() {}
    }

    /// The most authors.
    public static let maximumAuthorCount = 200
    /// The most voters.
    public static let maximumVoterCount = 100

    /// The syndicate's id.
    public let syndicate: Hash256
    /// Counts epochs from 0.
    public let number: UInt64
    /// The number of the last commit before the epoch.
    public let firstCommit: UInt64
    /// H of that commit; in epoch 0 the syndicate's id.
    public let start: Hash256
    /// The members with a lane, strictly ascending by the bytes of their keys.
    public let authors: [Author]
    /// What a vertex may carry.
    public let bounds: Bounds

    /// A configuration.
    ///
    /// - Throws: `RecordFault` for a field outside its bounds.
    public init(
        syndicate: Hash256, number: UInt64, firstCommit: UInt64, start: Hash256, authors: [Author], bounds: Bounds
    ) throws(RecordFault) {
        self.syndicate = syndicate
        self.number = number
        self.firstCommit = firstCommit
        self.start = start
        self.authors = authors
        self.bounds = bounds
        try Self.check(authors, bounds)
    }

    /// The authors and bounds of a mark were checked when it was made.
    init(checked mark: CloseMark, syndicate: Hash256, number: UInt64, firstCommit: UInt64, start: Hash256) {
        self.syndicate = syndicate
        self.number = number
        self.firstCommit = firstCommit
        self.start = start
        authors = mark.authors
        bounds = mark.bounds
    }

    /// The tagged hash (BIP340) "radpool/epoch/v1" of the encoding.
    public var epochID: Hash256 {
        TaggedHash("radpool/epoch/v1").hash(encoded())
    }

    static func check(_ authors: [Author], _ bounds: Bounds) throws(RecordFault) {
        let isOrdered = zip(authors, authors.dropFirst())
            .allSatisfy { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        let voterCount = authors.count { $0.isVoter }
        guard authors.count <= maximumAuthorCount, (1...maximumVoterCount).contains(voterCount), isOrdered else {
            throw RecordFault(.authors)
        }
        let levels = Target.shareLevels
        guard bounds.gateVersion == 1 else { throw RecordFault(.gateVersion) }
        guard levels.contains(bounds.lowestLevel), levels.contains(bounds.highestLevel),
            bounds.lowestLevel <= bounds.highestLevel
        else {
            throw RecordFault(.level)
        }
        guard (1_024...4_194_304).contains(bounds.largestPayload), (1...65_536).contains(bounds.mostRecords) else {
            throw RecordFault(.records)
        }
    }
}

extension EpochConfiguration {
    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let syndicate = try reader.hash()
        let number = try reader.uint64()
        let firstCommit = try reader.uint64()
        let start = try reader.hash()
        let (authors, bounds) = try Self.membersAndBounds(&reader)
        try reader.finish()
        do {
            try self.init(
                syndicate: syndicate, number: number, firstCommit: firstCommit, start: start, authors: authors,
                bounds: bounds)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 128 + 33 * authors.count)
        writer.append(syndicate)
        writer.append(littleEndian: number)
        writer.append(littleEndian: firstCommit)
        writer.append(start)
        Self.append(authors, bounds, to: &writer)
        return writer.bytes
    }

    // MARK: What a close mark holds as well

    static func membersAndBounds(_ reader: inout RecordReader) throws(WireError) -> ([Author], Bounds) {
        let count = try reader.count(.authors, minimumSize: 33)
        var authors: [Author] = []
        for _ in 0..<count {
            let key = try reader.key()
            authors.append(Author(key: key, isVoter: try reader.flag(.flags)))
        }
        var bounds = Bounds()
        bounds.gateVersion = try reader.uint8(.gateVersion)
        bounds.lowestLevel = try reader.uint8(.level)
        bounds.highestLevel = try reader.uint8()
        bounds.largestPayload = try reader.uint32(.records)
        bounds.mostRecords = try reader.uint32()
        return (authors, bounds)
    }

    static func append(_ authors: [Author], _ bounds: Bounds, to writer: inout ByteWriter) {
        writer.append(compactSize: authors.count)
        for author in authors {
            writer.append(author.key.bytes)
            writer.append(author.isVoter ? 1 : 0)
        }
        writer.append(bounds.gateVersion)
        writer.append(bounds.lowestLevel)
        writer.append(bounds.highestLevel)
        writer.append(littleEndian: bounds.largestPayload)
        writer.append(littleEndian: bounds.mostRecords)
    }
}
