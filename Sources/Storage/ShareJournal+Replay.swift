internal import Foundation
internal import GRDB
public import Wire

/// Reading back: everything is verified as it is read.
extension ShareJournal {
    /// Calls `body` with each batch from the first that holds a share of job `firstJob` or a later one, in order.
    ///
    /// - Parameter firstJob: the earliest job of interest, such as the first that can still earn; 0 for everything.
    /// - Throws: `StorageError.corrupt` at the first row that is not what was written, missing ones included, and
    ///   `unknownJob` or `unknownMiner` for a share without its job or miner.
    public func replay(
        from firstJob: UInt64 = 0, _ body: (_ sequence: Int64, _ batch: JournalShareBatch) -> Void
    ) throws(StorageError) {
        let store = store
        let (end, minerCount) = (nextSequence, nextMinerNumber)
        try StorageError.catching {
            try store.queue.read { database in
                var known: Set<UInt64> = []
                try Self.forEachJob(database, from: 0) { known.insert($0.sequence) }
                var expected = try Self.firstBatch(of: firstJob, database) ?? end
                let sql = """
                    SELECT sequence AS key, record, checksum, last_job FROM journal
                    WHERE sequence >= ? ORDER BY sequence
                    """
                let rows = try Row.fetchCursor(database, sql: sql, arguments: [expected])
                while let row = try rows.next() {
                    let (sequence, batch) = try Self.batch(row, expected: expected)
                    try Self.check(batch, jobs: known, minerCount: minerCount)
                    body(sequence, batch)
                    expected += 1
                }
                guard expected == end else {
                    throw StorageError.corrupt(Corruption(.batch(expected), .missing))
                }
            }
        }
    }

    /// The jobs from `first` on, in the order of their sequences.
    public func jobs(from first: UInt64 = 0) throws(StorageError) -> [JournalJob] {
        let store = store
        return try StorageError.catching {
            try store.queue.read { database in
                var jobs: [JournalJob] = []
                try Self.forEachJob(database, from: first) { jobs.append($0) }
                return jobs
            }
        }
    }

    /// All miners, in the order of their numbers.
    public func miners() throws(StorageError) -> [MinerRegistration] {
        let store = store
        return try StorageError.catching {
            try store.queue.read { database in
                var miners: [MinerRegistration] = []
                try Self.forEachMiner(database) { miners.append($0) }
                return miners
            }
        }
    }

    /// The sequence of the first batch that may hold a share of `job` or a later one; 0 for job 0, so that a missing
    /// first row is noticed.
    private static func firstBatch(of job: UInt64, _ database: Database) throws -> Int64? {
        guard job > 0 else { return 0 }
        let sql = "SELECT min(sequence) FROM journal WHERE last_job >= ?"
        return try Int64.fetchOne(database, sql: sql, arguments: [Int64(clamping: job)])
    }

    private static func batch(_ row: Row, expected: Int64) throws -> (Int64, JournalShareBatch) {
        let sequence: Int64 = row["key"]
        guard sequence == expected else {
            throw StorageError.corrupt(Corruption(.batch(expected), .missing))
        }
        let checked = try ChecksummedRow(row) { .batch($0) }
        let batch = try checked.decode(JournalShareBatch.self) { .batch($0) }
        let lastJob: Int64 = row["last_job"]
        guard lastJob == batch.lastJob else {
            throw StorageError.corrupt(Corruption(.batch(sequence), .columns))
        }
        return (sequence, batch)
    }

    private static func check(_ batch: JournalShareBatch, jobs: Set<UInt64>, minerCount: UInt32) throws {
        for share in batch.shares {
            guard jobs.contains(share.work.jobSequence) else {
                throw StorageError.unknownJob(share.work.jobSequence)
            }
            guard share.work.minerNumber < minerCount else {
                throw StorageError.unknownMiner(share.work.minerNumber)
            }
        }
    }
}
