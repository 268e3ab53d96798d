internal import Bitcoin
internal import Foundation
internal import GRDB
internal import Wire

/// The accepted shares of one MSP with their jobs and miners, on disk before anyone hears of them.
///
/// A group is appended in one transaction: when `append` returns, it is durable; when it throws, nothing of it is
/// stored and the journal takes the next group as if this one had never been. Belongs to one thread.
public final class ShareJournal {
    /// The sequence of the next batch: batches count from 0 without a gap.
    public private(set) var nextSequence: Int64

    /// The number that the next new miner gets.
    public private(set) var nextMinerNumber: UInt32

    let store: Store
    /// The sequences of all jobs that are stored.
    private(set) var jobs: Set<UInt64>

    /// Opens the journal of a store, and reads back and verifies its miners and jobs.
    ///
    /// - Throws: `StorageError`, of which `corrupt` names the row and what is wrong with it. Batches are verified by
    ///   `replay`.
    public init(_ store: Store) throws(StorageError) {
        self.store = store
        let found = try StorageError.catching {
            try store.queue.read { database in
                (
                    sequence: try Self.countBatches(database), minerCount: try Self.countMiners(database),
                    jobs: try Self.jobSequences(database)
                )
            }
        }
        nextSequence = found.sequence
        nextMinerNumber = found.minerCount
        jobs = found.jobs
    }

    /// Whether a job is stored: the first group with a share of it stores it too.
    public func hasJob(_ sequence: UInt64) -> Bool {
        jobs.contains(sequence)
    }

    /// Stores a group; durable on return.
    ///
    /// - Returns: the sequence of the group's first batch; nil for a group without shares.
    /// - Throws: `StorageError`: the group refers to what is not stored or doubles what is, or the disk refuses.
    @discardableResult
    public func append(_ group: JournalGroup) throws(StorageError) -> Int64? {
        try checkReferences(of: group)
        let sequence = nextSequence
        let store = store
        try StorageError.catching {
            try store.queue.write { database in
                for miner in group.miners { try Self.insert(miner, into: database) }
                for job in group.jobs { try Self.insert(job, firstBatch: sequence, into: database) }
                for (index, batch) in group.batches.enumerated() {
                    try Self.insert(batch, sequence + Int64(index), into: database)
                }
                try Self.count(group, into: database)
            }
        }
        nextMinerNumber += UInt32(group.miners.count)
        jobs.formUnion(group.jobs.map(\.sequence))
        nextSequence += Int64(group.batches.count)
        return group.batches.isEmpty ? nil : sequence
    }

    private func checkReferences(of group: JournalGroup) throws(StorageError) {
        var expected = nextMinerNumber
        for miner in group.miners {
            guard miner.number == expected, expected < .max else {
                throw .wrongMinerNumber(expected: expected)
            }
            expected += 1
        }
        for job in group.jobs where jobs.contains(job.sequence) || job.sequence > UInt64(Int64.max) {
            throw .alreadyStored("job \(job.sequence)")
        }
        for batch in group.batches {
            for sequence in batch.jobs where !jobs.contains(sequence) {
                guard group.jobs.contains(where: { $0.sequence == sequence }) else {
                    throw .unknownJob(sequence)
                }
            }
            guard batch.highestMinerNumber < expected else {
                throw .unknownMiner(batch.highestMinerNumber)
            }
        }
    }
}

// MARK: Rows

extension ShareJournal {
    private static func insert(_ miner: MinerRegistration, into database: Database) throws {
        let row = ChecksummedRow(key: Int64(miner.number), record: miner.encoded())
        try database.execute(
            sql: "INSERT INTO miners (number, key, name, record, checksum) VALUES (?, ?, ?, ?, ?)",
            arguments: [row.key, Data(miner.key.bytes), miner.name?.text, Data(row.record), Data(row.checksum)])
    }

    private static func insert(_ job: JournalJob, firstBatch: Int64, into database: Database) throws {
        let row = ChecksummedRow(key: Int64(clamping: job.sequence), firstBatch: firstBatch, record: job.encoded())
        try database.execute(
            sql: "INSERT INTO jobs (sequence, first_batch, record, checksum) VALUES (?, ?, ?, ?)",
            arguments: [row.key, firstBatch, Data(row.record), Data(row.checksum)])
    }

    private static func insert(_ batch: EncodedShareBatch, _ sequence: Int64, into database: Database) throws {
        let row = ChecksummedRow(key: sequence, record: batch.bytes)
        let statement = try database.cachedStatement(
            sql: "INSERT INTO journal (sequence, record, checksum) VALUES (?, ?, ?)")
        try statement.execute(arguments: [row.key, Data(row.record), Data(row.checksum)])
    }

    /// Adds a group's rows to the counters of rows.
    private static func count(_ group: JournalGroup, into database: Database) throws {
        let added = [
            (Counter.batches, group.batches.count), (.miners, group.miners.count), (.jobs, group.jobs.count),
        ]
        for (counter, count) in added where count > 0 {
            let statement = try database.cachedStatement(
                sql: "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + ?2")
            try statement.execute(arguments: [counter.rawValue, count])
        }
    }

    private static func value(_ counter: Counter, _ database: Database) throws -> Int64 {
        let sql = "SELECT value FROM counters WHERE name = ?"
        return try Int64.fetchOne(database, sql: sql, arguments: [counter.rawValue]) ?? 0
    }

    /// How many batches there are, by the counter and by the last of them.
    private static func countBatches(_ database: Database) throws -> Int64 {
        let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM journal") ?? -1
        let count = try value(.batches, database)
        guard last < Int64.max, last + 1 >= count else {
            throw StorageError.corrupt(Corruption(.batch(last + 1), .missing))
        }
        guard last + 1 == count else {
            throw StorageError.corrupt(Corruption(.counter(Counter.batches.rawValue), .columns))
        }
        return count
    }

    /// Verifies all miners: numbers without a gap, columns as in the record.
    private static func countMiners(_ database: Database) throws -> UInt32 {
        var count: UInt32 = 0
        try forEachMiner(database) { miner in
            guard miner.number == count else {
                throw StorageError.corrupt(Corruption(.miner(Int64(count)), .missing))
            }
            count += 1
        }
        guard try value(.miners, database) == Int64(count) else {
            throw StorageError.corrupt(Corruption(.miner(Int64(count)), .missing))
        }
        return count
    }

    private static func jobSequences(_ database: Database) throws -> Set<UInt64> {
        var sequences: Set<UInt64> = []
        try forEachJob(database, from: 0) { job, _ in sequences.insert(job.sequence) }
        guard try value(.jobs, database) == Int64(sequences.count) else {
            throw StorageError.corrupt(Corruption(.counter(Counter.jobs.rawValue), .columns))
        }
        return sequences
    }

    static func forEachMiner(_ database: Database, _ body: (MinerRegistration) throws -> Void) throws {
        let sql = "SELECT number AS key, record, checksum, key AS miner_key, name FROM miners ORDER BY number"
        let rows = try Row.fetchCursor(database, sql: sql)
        while let row = try rows.next() {
            let checked = try ChecksummedRow(row) { .miner($0) }
            let miner = try checked.decode(MinerRegistration.self) { .miner($0) }
            let key: Data = row["miner_key"]
            let name: String? = row["name"]
            guard checked.key == Int64(miner.number), key.elementsEqual(miner.key.bytes), name == miner.name?.text
            else {
                throw StorageError.corrupt(Corruption(.miner(checked.key), .columns))
            }
            try body(miner)
        }
    }

    /// Calls `body` with each job and the batch that was next when it was stored.
    static func forEachJob(
        _ database: Database, from first: UInt64, _ body: (JournalJob, _ firstBatch: Int64) throws -> Void
    ) throws {
        let sql = """
            SELECT sequence AS key, first_batch, record, checksum FROM jobs WHERE sequence >= ? ORDER BY sequence
            """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [Int64(clamping: first)])
        while let row = try rows.next() {
            let checked = try ChecksummedRow(row) { .job($0) }
            let job = try checked.decode(JournalJob.self) { .job($0) }
            guard UInt64(exactly: checked.key) == job.sequence else {
                throw StorageError.corrupt(Corruption(.job(checked.key), .columns))
            }
            try body(job, checked.firstBatch ?? 0)
        }
    }
}

/// The rows of `counters` that say how many rows another table has.
private enum Counter: String {
    case batches
    case miners
    case jobs
}
