public import Bitcoin

/// A share that solved a block of the pool, with the job that it is of (docs/protocol/accounting.md, Blocks).
public struct BlockFound: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.blockFound

    /// The job, as its author recorded it.
    public let job: JournalJob
    /// The miner's x-only payout key.
    public let miner: XOnlyKeyBytes
    /// The share's level, 33 ... 127.
    public let level: UInt8
    /// The extranonce as it stands in the coinbase.
    public let extranonce: Extranonce
    /// The header's time, seconds since 1970.
    public let ntime: UInt32
    /// The header's nonce.
    public let nonce: UInt32
    /// The version bits that the miner rolled; those outside the job's mask never reach the header.
    public let versionBits: UInt32

    /// A block.
    ///
    /// - Throws: `RecordFault` for a level outside its bounds.
    public init(
        job: JournalJob, miner: XOnlyKeyBytes, level: UInt8, extranonce: Extranonce, ntime: UInt32, nonce: UInt32,
        versionBits: UInt32
    ) throws(RecordFault) {
        guard Target.shareLevels.contains(level) else { throw RecordFault(.level) }
        self.job = job
        self.miner = miner
        self.level = level
        self.extranonce = extranonce
        self.ntime = ntime
        self.nonce = nonce
        self.versionBits = versionBits
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let encodedJob = try reader.lengthPrefixed(.job)
        guard let job = try? JournalJob(decoding: encodedJob) else { throw reader.error(RecordFault(.job)) }
        let miner = try reader.key()
        let level = try reader.uint8(.level)
        let extranonce = try reader.extranonce()
        let ntime = try reader.uint32()
        let nonce = try reader.uint32()
        let versionBits = try reader.uint32()
        try reader.finish()
        do {
            try self.init(
                job: job, miner: miner, level: level, extranonce: extranonce, ntime: ntime, nonce: nonce,
                versionBits: versionBits)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 512)
        writer.append(lengthPrefixed: job.encoded())
        writer.append(miner.bytes)
        writer.append(level)
        writer.append(extranonce.bytes)
        writer.append(littleEndian: ntime)
        writer.append(littleEndian: nonce)
        writer.append(littleEndian: versionBits)
        return writer.bytes
    }
}
