public import Bitcoin

/// What members say to each other (docs/protocol/broadcast.md, Frames). The channel says who speaks.
public enum Frame: Hashable, Sendable {
    /// A vertex: from its author, or in answer to a pull.
    case vertex(VertexFrame)
    /// Echoes and readies.
    case votes(VotesFrame)
    /// What the speaker has delivered.
    case status(StatusFrame)
    /// Vertices that the speaker wants.
    case pull(PullFrame)
    /// The speaker's signature of a checkpoint.
    case checkpoint(CheckpointFrame)
    /// A question for commits.
    case catchUp(CatchUpFrame)
    /// Commits up to a certified one.
    case commits(CommitsFrame)
    /// A question of a member that starts.
    case recoveryQuestion(RecoveryQuestionFrame)
    /// What the speaker knows of a member that starts.
    case recoveryAnswer(RecoveryAnswerFrame)

    /// The longest frame that is neither a vertex nor commits, bytes.
    public static let longestOther = 262_144
    /// The longest frame of commits, bytes.
    public static let longestCommits = 8_388_608
    /// What a vertex frame may be longer than the largest payload, bytes.
    public static let vertexOverhead = 16_384

    /// The first byte of a frame.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// `VertexFrame`.
        case vertex = 0x40
        /// `VotesFrame`.
        case votes = 0x41
        /// `StatusFrame`.
        case status = 0x42
        /// `PullFrame`.
        case pull = 0x43
        /// `CheckpointFrame`.
        case checkpoint = 0x44
        /// `CatchUpFrame`.
        case catchUp = 0x45
        /// `CommitsFrame`.
        case commits = 0x46
        /// `RecoveryQuestionFrame`.
        case recoveryQuestion = 0x47
        /// `RecoveryAnswerFrame`.
        case recoveryAnswer = 0x48
    }

    /// The kind that the first byte says; nil for none.
    public static func kind(of bytes: [UInt8]) -> Kind? {
        bytes.first.flatMap(Kind.init)
    }

    /// The epoch that a frame names, looked up without decoding the rest; nil for bytes that are too short, of no kind,
    /// or commits, which are certified and name none.
    public static func epochID(of bytes: [UInt8]) -> Hash256? {
        let start: Int
        switch kind(of: bytes) {
        case nil, .commits: return nil
        case .vertex: start = 2 + 64 + 2
        case .votes, .status, .pull, .checkpoint, .catchUp, .recoveryQuestion, .recoveryAnswer: start = 2
        }
        var reader = RecordReader(bytes)
        return try? reader.hash(at: start)
    }

    /// Decodes the whole of `bytes`.
    ///
    /// - Throws: `WireError` unless they are exactly what `encoded()` gives for some frame.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = RecordReader(bytes)
        let code = try reader.uint8()
        guard let kind = Kind(rawValue: code) else { throw WireError(.unknownType(code), offset: 0) }
        let version = try reader.uint8()
        guard version == currentVersion else { throw WireError(.unknownVersion(version), offset: 1) }
        switch kind {
        case .vertex: self = .vertex(try VertexFrame(decoding: &reader))
        case .votes: self = .votes(try VotesFrame(decoding: &reader))
        case .status: self = .status(try StatusFrame(decoding: &reader))
        case .pull: self = .pull(try PullFrame(decoding: &reader))
        case .checkpoint: self = .checkpoint(try CheckpointFrame(decoding: &reader))
        case .catchUp: self = .catchUp(try CatchUpFrame(decoding: &reader))
        case .commits: self = .commits(try CommitsFrame(decoding: &reader))
        case .recoveryQuestion: self = .recoveryQuestion(try RecoveryQuestionFrame(decoding: &reader))
        case .recoveryAnswer: self = .recoveryAnswer(try RecoveryAnswerFrame(decoding: &reader))
        }
        try reader.finish()
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        switch self {
        case .vertex(let frame): frame.encoded()
        case .votes(let frame): frame.encoded()
        case .status(let frame): frame.encoded()
        case .pull(let frame): frame.encoded()
        case .checkpoint(let frame): frame.encoded()
        case .catchUp(let frame): frame.encoded()
        case .commits(let frame): frame.encoded()
        case .recoveryQuestion(let frame): frame.encoded()
        case .recoveryAnswer(let frame): frame.encoded()
        }
    }

    static func startEncoding(_ kind: Kind, capacity: Int) -> ByteWriter {
        var writer = ByteWriter(capacity: capacity + 2)
        writer.append(kind.rawValue)
        writer.append(currentVersion)
        return writer
    }
}

/// A vertex with its author's signature, as it goes over the wire and into the log.
public struct VertexFrame: Hashable, Sendable {
    /// BIP340, 64 bytes, over `Vertex.signedMessage`.
    public let signature: [UInt8]
    /// The vertex record in its encoding.
    public let encodedVertex: [UInt8]
    /// The vertex.
    public let vertex: Vertex

    /// A vertex and its signature; a signature of another length than 64 makes a frame that nobody decodes.
    public init(signature: [UInt8], vertex: Vertex) {
        self.signature = signature
        self.vertex = vertex
        encodedVertex = vertex.encoded()
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        signature = try reader.bytes(64)
        let start = reader.offset
        encodedVertex = try reader.bytes(reader.remaining)
        do {
            vertex = try Vertex(decoding: encodedVertex)
        } catch {
            throw WireError(error.kind, offset: start + error.offset)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.vertex, capacity: 64 + encodedVertex.count)
        writer.append(signature)
        writer.append(encodedVertex)
        return writer.bytes
    }
}

/// An echo or a ready for one digest of one instance.
public struct Vote: Hashable, Sendable {
    /// What is said.
    public enum Kind: UInt8, Hashable, Sendable {
        /// The vertex came from its author and is well formed.
        case echo = 1
        /// The instance can have no other digest.
        case ready = 2
    }

    /// What is said.
    public let kind: Kind
    /// The instance's author.
    public let author: UInt16
    /// The instance's sequence, from 1.
    public let sequence: UInt64
    /// The vertex's digest.
    public let digest: Hash256

    /// A vote.
    public init(kind: Kind, author: UInt16, sequence: UInt64, digest: Hash256) {
        self.kind = kind
        self.author = author
        self.sequence = sequence
        self.digest = digest
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        let start = reader.offset
        guard let kind = Kind(rawValue: try reader.uint8()) else {
            throw WireError(.invalid(.votes), offset: start)
        }
        self.kind = kind
        author = try reader.uint16()
        sequence = try reader.uint64()
        guard sequence > 0 else { throw WireError(.invalid(.sequence), offset: start + 3) }
        digest = try reader.hash()
    }

    func append(to writer: inout ByteWriter) {
        writer.append(kind.rawValue)
        writer.append(littleEndian: author)
        writer.append(littleEndian: sequence)
        writer.append(digest)
    }
}

/// Echoes and readies of one speaker.
public struct VotesFrame: Hashable, Sendable {
    /// The most votes of one frame.
    public static let maximumCount = 4_096

    /// The id of the epoch.
    public let epoch: Hash256
    /// The votes, 1 ... 4,096.
    public let votes: [Vote]

    /// Votes; none, or more than 4,096, make a frame that nobody decodes.
    public init(epoch: Hash256, votes: [Vote]) {
        self.epoch = epoch
        self.votes = votes
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        let count = try reader.count(.votes, minimumSize: 43)
        guard (1...Self.maximumCount).contains(count) else { throw reader.error(RecordFault(.votes)) }
        var votes: [Vote] = []
        votes.reserveCapacity(count)
        for _ in 0..<count { votes.append(try Vote(decoding: &reader)) }
        self.votes = votes
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.votes, capacity: 37 + 43 * votes.count)
        writer.append(epoch)
        writer.append(compactSize: votes.count)
        for vote in votes { vote.append(to: &writer) }
        return writer.bytes
    }
}

/// What a member has delivered and committed.
public struct StatusFrame: Hashable, Sendable {
    /// What is said of one lane.
    public struct Lane: Hashable, Sendable {
        /// The newest delivered sequence; 0 for none.
        public let delivered: UInt64
        /// Whether the next has come from its author.
        public let holdsNext: Bool

        /// A lane's state.
        public init(delivered: UInt64, holdsNext: Bool) {
            self.delivered = delivered
            self.holdsNext = holdsNext
        }
    }

    /// The id of the epoch.
    public let epoch: Hash256
    /// The number of the newest commit.
    public let commit: UInt64
    /// H of that commit.
    public let commitHash: Hash256
    /// The number of the newest certified checkpoint; 0 for none.
    public let certified: UInt64
    /// One for each author, in the configuration's order; at most 200.
    public let lanes: [Lane]

    /// A status.
    public init(epoch: Hash256, commit: UInt64, commitHash: Hash256, certified: UInt64, lanes: [Lane]) {
        self.epoch = epoch
        self.commit = commit
        self.commitHash = commitHash
        self.certified = certified
        self.lanes = lanes
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        commit = try reader.uint64()
        commitHash = try reader.hash()
        certified = try reader.uint64()
        let count = try reader.count(.lanes, minimumSize: 2)
        guard (1...EpochConfiguration.maximumAuthorCount).contains(count) else {
            throw reader.error(RecordFault(.lanes))
        }
        var lanes: [Lane] = []
        lanes.reserveCapacity(count)
        for _ in 0..<count {
            let delivered = try reader.compactSize()
            lanes.append(Lane(delivered: delivered, holdsNext: try reader.flag(.flags)))
        }
        self.lanes = lanes
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.status, capacity: 83 + 6 * lanes.count)
        writer.append(epoch)
        writer.append(littleEndian: commit)
        writer.append(commitHash)
        writer.append(littleEndian: certified)
        writer.append(compactSize: lanes.count)
        for lane in lanes {
            writer.append(compactSize: lane.delivered)
            writer.append(lane.holdsNext ? 1 : 0)
        }
        return writer.bytes
    }
}

/// Vertices that the speaker wants.
public struct PullFrame: Hashable, Sendable {
    /// The most pulls of one frame.
    public static let maximumCount = 64

    /// One vertex.
    public struct Item: Hashable, Sendable {
        /// The author.
        public let author: UInt16
        /// The sequence, from 1.
        public let sequence: UInt64
        /// The digest that is wanted.
        public let digest: Hash256

        /// A vertex that is wanted.
        public init(author: UInt16, sequence: UInt64, digest: Hash256) {
            self.author = author
            self.sequence = sequence
            self.digest = digest
        }
    }

    /// The id of the epoch.
    public let epoch: Hash256
    /// What is wanted, 1 ... 64.
    public let items: [Item]

    /// A pull; none, or more than 64, make a frame that nobody decodes.
    public init(epoch: Hash256, items: [Item]) {
        self.epoch = epoch
        self.items = items
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        let count = try reader.count(.pulls, minimumSize: 42)
        guard (1...Self.maximumCount).contains(count) else { throw reader.error(RecordFault(.pulls)) }
        var items: [Item] = []
        for _ in 0..<count {
            let author = try reader.uint16()
            let start = reader.offset
            let sequence = try reader.uint64()
            guard sequence > 0 else { throw WireError(.invalid(.sequence), offset: start) }
            items.append(Item(author: author, sequence: sequence, digest: try reader.hash()))
        }
        self.items = items
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.pull, capacity: 37 + 42 * items.count)
        writer.append(epoch)
        writer.append(compactSize: items.count)
        for item in items {
            writer.append(littleEndian: item.author)
            writer.append(littleEndian: item.sequence)
            writer.append(item.digest)
        }
        return writer.bytes
    }
}

/// The speaker's signature of a checkpoint.
public struct CheckpointFrame: Hashable, Sendable {
    /// What is signed.
    public let checkpoint: Checkpoint
    /// BIP340, 64 bytes, over `Checkpoint.signedMessage`.
    public let signature: [UInt8]

    /// A signed checkpoint; a signature of another length than 64 makes a frame that nobody decodes.
    public init(checkpoint: Checkpoint, signature: [UInt8]) {
        self.checkpoint = checkpoint
        self.signature = signature
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        checkpoint = try Checkpoint(fields: &reader)
        signature = try reader.bytes(64)
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.checkpoint, capacity: 168)
        checkpoint.encodeFields(into: &writer)
        writer.append(signature)
        return writer.bytes
    }
}
