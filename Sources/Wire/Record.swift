/// Any record.
public enum Record: Hashable, Sendable {
    /// The syndicate's founding terms.
    case genesis(Genesis)
    /// A miner and its number.
    case minerRegistration(MinerRegistration)
    /// A job of the journal.
    case journalJob(JournalJob)
    /// A group of shares of the journal.
    case journalShareBatch(JournalShareBatch)
    /// What an epoch fixes.
    case epochConfiguration(EpochConfiguration)
    /// A vertex of a lane.
    case vertex(Vertex)
    /// Proof that an author signed two vertices for one instance.
    case equivocationEvidence(EquivocationEvidence)
    /// A voter's word that an epoch may end.
    case closeMark(CloseMark)
    /// A place in the log and what the ledger came to there.
    case checkpoint(Checkpoint)
    /// A checkpoint with voters' signatures.
    case checkpointCertificate(CheckpointCertificate)
    /// A miner's work in a settlement.
    case workProof(WorkProof)
    /// A share that solved a block of the pool.
    case blockFound(BlockFound)
    /// A voter's word on whether a coinbase may be spent.
    case coinbaseAnswer(CoinbaseAnswer)

    /// Decodes the whole of `bytes` as the record that its first byte says.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = RecordReader(bytes)
        let code = try reader.uint8()
        switch RecordType(rawValue: code) {
        case .genesis: self = .genesis(try Genesis(decoding: bytes))
        case .minerRegistration: self = .minerRegistration(try MinerRegistration(decoding: bytes))
        case .journalJob: self = .journalJob(try JournalJob(decoding: bytes))
        case .journalShareBatch: self = .journalShareBatch(try JournalShareBatch(decoding: bytes))
        case .epochConfiguration: self = .epochConfiguration(try EpochConfiguration(decoding: bytes))
        case .vertex: self = .vertex(try Vertex(decoding: bytes))
        case .equivocationEvidence: self = .equivocationEvidence(try EquivocationEvidence(decoding: bytes))
        case .closeMark: self = .closeMark(try CloseMark(decoding: bytes))
        case .checkpoint: self = .checkpoint(try Checkpoint(decoding: bytes))
        case .checkpointCertificate: self = .checkpointCertificate(try CheckpointCertificate(decoding: bytes))
        case .workProof: self = .workProof(try WorkProof(decoding: bytes))
        case .blockFound: self = .blockFound(try BlockFound(decoding: bytes))
        case .coinbaseAnswer: self = .coinbaseAnswer(try CoinbaseAnswer(decoding: bytes))
        case nil: throw WireError(.unknownType(code), offset: 0)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        switch self {
        case .genesis(let record): record.encoded()
        case .minerRegistration(let record): record.encoded()
        case .journalJob(let record): record.encoded()
        case .journalShareBatch(let record): record.encoded()
        case .epochConfiguration(let record): record.encoded()
        case .vertex(let record): record.encoded()
        case .equivocationEvidence(let record): record.encoded()
        case .closeMark(let record): record.encoded()
        case .checkpoint(let record): record.encoded()
        case .checkpointCertificate(let record): record.encoded()
        case .workProof(let record): record.encoded()
        case .blockFound(let record): record.encoded()
        case .coinbaseAnswer(let record): record.encoded()
        }
    }
}
