internal import Bitcoin

/// The accepted shares of one group commit, in the order in which they were accepted.
public struct JournalShareBatch: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.journalShareBatch

    /// The most shares that a batch holds.
    public static let maximumCount = 65_536

    /// The shares, 1 ... 65,536.
    public let shares: [JournalShare]

    /// A batch of shares.
    ///
    /// - Throws: `RecordFault` in `shares` for none, or more than 65,536.
    public init(_ shares: [JournalShare]) throws(RecordFault) {
        guard (1...Self.maximumCount).contains(shares.count) else {
            throw RecordFault(.shares)
        }
        self.shares = shares
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let jobs = try Self.readJobs(&reader)
        let works = try Self.readWorks(&reader, jobs: jobs)
        let shares = try Self.readShares(&reader, works: works)
        try reader.finish()
        do { try self.init(shares) } catch { throw reader.error(error) }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        encodedBatch?.bytes ?? []
    }

    /// The encoding with its summary; never nil, as a batch has a share at least.
    public var encodedBatch: EncodedShareBatch? {
        var encoder = ShareBatchEncoder()
        for share in shares { encoder.append(share) }
        return encoder.finish()
    }

    private static func readJobs(_ reader: inout RecordReader) throws(WireError) -> [UInt64] {
        let count = try reader.count(.jobs, minimumSize: 8)
        var jobs: [UInt64] = []
        jobs.reserveCapacity(count)
        for _ in 0..<count {
            let start = reader.offset
            let sequence = try reader.uint64()
            if let last = jobs.last, sequence <= last {
                throw WireError(.invalid(.jobs), offset: start)
            }
            jobs.append(sequence)
        }
        return jobs
    }

    private static func readWorks(
        _ reader: inout RecordReader, jobs: [UInt64]
    ) throws(WireError) -> [JournalShare.Work] {
        let count = try reader.count(.works, minimumSize: 6)
        var works: [JournalShare.Work] = []
        works.reserveCapacity(count)
        var seen: Set<JournalShare.Work> = []
        var isUsed = [Bool](repeating: false, count: jobs.count)
        for _ in 0..<count {
            let start = reader.offset
            let job = try reader.index(.jobs, below: jobs.count)
            let number = try reader.uint32()
            let levelStart = reader.offset
            guard let work = JournalShare.Work(jobSequence: jobs[job], minerNumber: number, level: try reader.uint8())
            else {
                throw WireError(.invalid(.level), offset: levelStart)
            }
            guard seen.insert(work).inserted else {
                throw WireError(.invalid(.works), offset: start)
            }
            isUsed[job] = true
            works.append(work)
        }
        guard isUsed.allSatisfy({ $0 }) else {
            throw reader.error(RecordFault(.jobs))
        }
        return works
    }

    private static func readShares(
        _ reader: inout RecordReader, works: [JournalShare.Work]
    ) throws(WireError) -> [JournalShare] {
        let count = try reader.count(.shares, minimumSize: 25)
        guard count <= maximumCount else {
            throw reader.error(RecordFault(.shares))
        }
        var shares: [JournalShare] = []
        shares.reserveCapacity(count)
        var used = 0
        for _ in 0..<count {
            // A share uses a work that one before it used, or the next.
            let work = try reader.index(.shares, below: min(used + 1, works.count))
            used = max(used, work + 1)
            let extranonce = Extranonce(bigEndian32(try reader.bytes(4)), bigEndian64(try reader.bytes(8)))
            shares.append(
                JournalShare(
                    work: works[work], extranonce: extranonce, ntime: try reader.uint32(), nonce: try reader.uint32(),
                    versionBits: try reader.uint32()))
        }
        guard used == works.count else {
            throw reader.error(RecordFault(.works))
        }
        return shares
    }

    private static func bigEndian32(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func bigEndian64(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
