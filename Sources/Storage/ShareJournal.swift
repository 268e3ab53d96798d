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
    private var jobs: Set<UInt64>

    /// Opens the journal of a store, and reads back and verifies its miners and jobs.
    ///
    /// - Throws: `StorageError`, of which `corrupt` names the row and what is wrong with it. Batches are verified by
    ///   `replay`.
    public init(_ store: Store) throws(StorageError) {
        self.store = store
        let found = try StorageError.catching {
            try store.queue.read { database in
                let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM journal")
                return (
                    sequence: (last ?? -1) + 1, minerCount: try Self.countMiners(database),
                    jobs: try Self.jobSequences(database)
                )
            }
        }
        nextSequence = found.sequence
        nextMinerNumber = found.minerCount
        jobs = found.jobs
    }

    /// Stores a group; durable on return.
    ///
    /// - Returns: the sequence of the group's batch; nil for a group without shares.
    /// - Throws: `StorageError`: the group refers to what is not stored or doubles what is, or the disk refuses.
    @discardableResult
    public func append(_ group: JournalGroup) throws(StorageError) -> Int64? {
        try checkReferences(of: group)
        let sequence = nextSequence
        let store = store
        try StorageError.catching {
            try store.queue.write { database in
                for miner in group.miners { try Self.insert(miner, into: database) }
                for job in group.jobs { try Self.insert(job, into: database) }
                if let shares = group.shares { try Self.insert(shares, sequence, into: database) }
            }
        }
        nextMinerNumber += UInt32(group.miners.count)
        jobs.formUnion(group.jobs.map(\.sequence))
        guard group.shares != nil else { return nil }
        nextSequence += 1
        return sequence
    }

    private func checkReferences(of group: JournalGroup) throws(StorageError) {
        var expected = nextMinerNumber
        for miner in group.miners {
            guard miner.number == expected, expected < .max else {
                throw .wrongMinerNumber(expected: expected)
            }
            expected += 1
        }
        let new = Set(group.jobs.map(\.sequence))
        for job in group.jobs where jobs.contains(job.sequence) || job.sequence > UInt64(Int64.max) {
            throw .alreadyStored("job \(job.sequence)")
        }
        for share in group.shares?.shares ?? [] {
            let work = share.work
            guard jobs.contains(work.jobSequence) || new.contains(work.jobSequence) else {
                throw .unknownJob(work.jobSequence)
            }
            guard work.minerNumber < expected else {
                throw .unknownMiner(work.minerNumber)
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

    private static func insert(_ job: JournalJob, into database: Database) throws {
        let row = ChecksummedRow(key: Int64(clamping: job.sequence), record: job.encoded())
        try database.execute(
            sql: "INSERT INTO jobs (sequence, record, checksum) VALUES (?, ?, ?)",
            arguments: [row.key, Data(row.record), Data(row.checksum)])
    }

    private static func insert(_ batch: JournalShareBatch, _ sequence: Int64, into database: Database) throws {
        let row = ChecksummedRow(key: sequence, record: batch.encoded())
        let statement = try database.cachedStatement(
            sql: "INSERT INTO journal (sequence, last_job, record, checksum) VALUES (?, ?, ?, ?)")
        try statement.execute(arguments: [row.key, batch.lastJob, Data(row.record), Data(row.checksum)])
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
        return count
    }

    private static func jobSequences(_ database: Database) throws -> Set<UInt64> {
        var sequences: Set<UInt64> = []
        try forEachJob(database, from: 0) { sequences.insert($0.sequence) }
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

    static func forEachJob(
        _ database: Database, from first: UInt64, _ body: (JournalJob) throws -> Void
    ) throws {
        let sql = "SELECT sequence AS key, record, checksum FROM jobs WHERE sequence >= ? ORDER BY sequence"
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [Int64(clamping: first)])
        while let row = try rows.next() {
            let checked = try ChecksummedRow(row) { .job($0) }
            let job = try checked.decode(JournalJob.self) { .job($0) }
            guard UInt64(exactly: checked.key) == job.sequence else {
                throw StorageError.corrupt(Corruption(.job(checked.key), .columns))
            }
            try body(job)
        }
    }
}

extension JournalShareBatch {
    /// The greatest job sequence of the batch.
    var lastJob: Int64 {
        Int64(clamping: shares.map(\.work.jobSequence).max() ?? 0)
    }
}
