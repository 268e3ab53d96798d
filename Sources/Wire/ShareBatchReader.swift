public import Bitcoin

/// Decodes a `JournalShareBatch` piece by piece, for those that need each share once and not all of them together.
///
/// Refuses exactly what `JournalShareBatch.init(decoding:)` refuses, which decodes with it. What is wrong behind a
/// piece is found with a later one: nothing counts before `next` has returned false.
public struct ShareBatchReader: Sendable {
    /// How many shares the batch says that it has, 0 ... 65,536.
    public let count: Int

    private var reader: RecordReader
    /// What its shares are credited to, no two alike, in the order in which shares first use them.
    public let works: [JournalShare.Work]
    /// How many works were used so far.
    private var used = 0
    private var left: Int

    /// What a share has behind the index of its work, bytes.
    private static let fieldsSize = 24

    /// Reads up to the first share.
    ///
    /// - Throws: `WireError` for what is wrong up to there.
    public init(_ bytes: [UInt8]) throws(WireError) {
        reader = try JournalShareBatch.startDecoding(bytes)
        let jobs = try Self.readJobs(&reader)
        works = try Self.readWorks(&reader, jobs: jobs)
        count = try reader.count(.shares, minimumSize: 1 + Self.fieldsSize)
        guard count <= JournalShareBatch.maximumCount else {
            throw reader.error(RecordFault(.shares))
        }
        left = count
    }

    /// A share as it stands in the batch.
    public struct Entry: Sendable {
        /// The index of its work in `works`.
        public let work: Int
        /// See `JournalShare`.
        public let extranonce: Extranonce
        /// See `JournalShare`.
        public let ntime: UInt32
        /// See `JournalShare`.
        public let nonce: UInt32
        /// See `JournalShare`.
        public let versionBits: UInt32
    }

    /// Replaces the contents of `entries` by all shares that are left, and sees to it that nothing is behind them.
    ///
    /// - Throws: `WireError` for what is wrong with any of them, or behind the last.
    public mutating func readAll(into entries: inout [Entry]) throws(WireError) {
        entries.removeAll(keepingCapacity: true)
        entries.reserveCapacity(left)
        for _ in 0..<left { entries.append(try readEntry()) }
        left = 0
        try finish()
    }

    /// Replaces the contents of `shares` by the next shares, `limit` at most and at least one.
    ///
    /// - Returns: false, with no share, when there were no more and nothing else was wrong with the batch.
    /// - Throws: `WireError` for what is wrong with these shares, or behind the last.
    public mutating func next(_ limit: Int, into shares: inout [JournalShare]) throws(WireError) -> Bool {
        shares.removeAll(keepingCapacity: true)
        guard left > 0 else {
            try finish()
            return false
        }
        let size = min(max(limit, 1), left)
        shares.reserveCapacity(size)
        for _ in 0..<size { shares.append(try readShare()) }
        left -= size
        return true
    }

    private mutating func readShare() throws(WireError) -> JournalShare {
        let entry = try readEntry()
        return JournalShare(
            work: works[entry.work], extranonce: entry.extranonce, ntime: entry.ntime, nonce: entry.nonce,
            versionBits: entry.versionBits)
    }

    private mutating func readEntry() throws(WireError) -> Entry {
        // A share uses a work that one before it used, or the next.
        let index = try reader.index(.shares, below: min(used + 1, works.count))
        used = max(used, index + 1)
        return try reader.fields(Self.fieldsSize) { bytes in
            Entry(
                work: index,
                extranonce: Extranonce(
                    bytes.littleEndian32(at: 0).byteSwapped, bytes.littleEndian64(at: 4).byteSwapped),
                ntime: bytes.littleEndian32(at: 12), nonce: bytes.littleEndian32(at: 16),
                versionBits: bytes.littleEndian32(at: 20))
        }
    }

    /// Sees to it that nothing is behind the last share.
    ///
    /// - Throws: `WireError`: there is, or a work that no share used.
    public func finish() throws(WireError) {
        guard used == works.count else { throw reader.error(RecordFault(.works)) }
        try reader.finish()
        guard count > 0 else { throw reader.error(RecordFault(.shares)) }
    }

    // MARK: Tables

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
        // A small batch is looked through sooner than a set is filled.
        let isSmall = count <= 8
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
            guard isSmall ? !works.contains(work) : seen.insert(work).inserted else {
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
}
