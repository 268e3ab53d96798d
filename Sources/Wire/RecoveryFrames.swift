public import Bitcoin

/// What a member asks at its start: whether the others know more of it than its own log does.
public struct RecoveryQuestionFrame: Hashable, Sendable {
    /// The id of the epoch.
    public let epoch: Hash256
    /// Names the start of the asking process, so that answers to an earlier one are told apart.
    public let start: UInt64

    /// A question of a process.
    public init(epoch: Hash256, start: UInt64) {
        self.epoch = epoch
        self.start = start
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        start = try reader.uint64()
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.recoveryQuestion, capacity: 40)
        writer.append(epoch)
        writer.append(littleEndian: start)
        return writer.bytes
    }
}

/// What a member has delivered, and what it has of the asking member: its newest vertex and its votes.
public struct RecoveryAnswerFrame: Hashable, Sendable {
    /// A vertex that the asking member signed.
    public struct Signed: Hashable, Sendable {
        /// Its sequence, from 1.
        public let sequence: UInt64
        /// Its digest.
        public let digest: Hash256
        /// BIP340, 64 bytes, over `Vertex.signedMessage`.
        public let signature: [UInt8]

        /// A signed vertex; a signature of another length than 64 makes a frame that nobody decodes.
        public init(sequence: UInt64, digest: Hash256, signature: [UInt8]) {
            self.sequence = sequence
            self.digest = digest
            self.signature = signature
        }
    }

    /// The id of the epoch.
    public let epoch: Hash256
    /// The same as in the question.
    public let start: UInt64
    /// For each author the newest delivered sequence, 0 for none; 1 ... 200 authors.
    public let delivered: [UInt64]
    /// The asking member's newest vertex; nil for none.
    public let newest: Signed?
    /// The asking member's votes for instances that are not delivered, at most 4,096.
    public let votes: [Vote]

    /// An answer; no authors, more than 200 or more than 4,096 votes make a frame that nobody decodes.
    public init(epoch: Hash256, start: UInt64, delivered: [UInt64], newest: Signed?, votes: [Vote]) {
        self.epoch = epoch
        self.start = start
        self.delivered = delivered
        self.newest = newest
        self.votes = votes
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        start = try reader.uint64()
        let lanes = try reader.count(.lanes, minimumSize: 1)
        guard (1...EpochConfiguration.maximumAuthorCount).contains(lanes) else {
            throw reader.error(RecordFault(.lanes))
        }
        var delivered: [UInt64] = []
        delivered.reserveCapacity(lanes)
        for _ in 0..<lanes { delivered.append(try reader.compactSize()) }
        self.delivered = delivered
        newest = try reader.flag(.flags) ? try Signed(decoding: &reader) : nil
        let count = try reader.count(.votes, minimumSize: 43)
        guard count <= VotesFrame.maximumCount else { throw reader.error(RecordFault(.votes)) }
        var votes: [Vote] = []
        votes.reserveCapacity(count)
        for _ in 0..<count { votes.append(try Vote(decoding: &reader)) }
        self.votes = votes
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.recoveryAnswer, capacity: 160 + 5 * delivered.count + 43 * votes.count)
        writer.append(epoch)
        writer.append(littleEndian: start)
        writer.append(compactSize: delivered.count)
        for sequence in delivered { writer.append(compactSize: sequence) }
        writer.append(newest == nil ? 0 : 1)
        newest?.append(to: &writer)
        writer.append(compactSize: votes.count)
        for vote in votes { vote.append(to: &writer) }
        return writer.bytes
    }
}

extension RecoveryAnswerFrame.Signed {
    init(decoding reader: inout RecordReader) throws(WireError) {
        let start = reader.offset
        sequence = try reader.uint64()
        guard sequence > 0 else { throw WireError(.invalid(.sequence), offset: start) }
        digest = try reader.hash()
        signature = try reader.bytes(64)
    }

    func append(to writer: inout ByteWriter) {
        writer.append(littleEndian: sequence)
        writer.append(digest)
        writer.append(signature)
    }
}
