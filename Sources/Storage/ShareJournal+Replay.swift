internal import Foundation
internal import GRDB
public import Wire

/// Reading back, from the database, which gets first what only the tail has: everything is verified as it is read.
extension ShareJournal {
    /// Calls `body` with each batch from the first that holds a share of job `firstJob` or a later one, in order.
    ///
    /// - Parameter firstJob: the earliest job of interest, such as the first that can still earn; 0 for everything.
    /// - Throws: `StorageError.corrupt` at the first row that is not what was written, missing ones included, and
    ///   `unknownJob` or `unknownMiner` for a share without its job or miner.
    public func replay(
        from firstJob: UInt64 = 0, _ body: (_ sequence: Int64, _ batch: JournalShareBatch) -> Void
    ) throws(StorageError) {
        try flush()
        let store = store
        let (minerCount, known) = (nextMinerNumber, jobs)
        try StorageError.catching {
            try store.queue.read { database in
                let end = try JournalTables.countBatches(database)
                var expected = firstJob == 0 ? 0 : end
                if firstJob > 0 {
                    // A job is stored before its first share, so nothing of it is before.
                    try JournalTables.forEachJob(database, from: firstJob) { _, firstBatch in
                        expected = min(expected, firstBatch)
                    }
                }
                let sql = "SELECT sequence AS key, record, checksum FROM journal WHERE sequence >= ? ORDER BY sequence"
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
        try flush()
        let store = store
        return try StorageError.catching {
            try store.queue.read { database in
                var jobs: [JournalJob] = []
                try JournalTables.forEachJob(database, from: first) { job, _ in jobs.append(job) }
                return jobs
            }
        }
    }

    /// The newest jobs, at most so many, in the order of their sequences; found without reading the others.
    public func latestJobs(_ count: Int) throws(StorageError) -> [JournalJob] {
        try flush()
        let store = store
        return try StorageError.catching {
            try store.queue.read { database in
                let sql = "SELECT sequence FROM jobs ORDER BY sequence DESC LIMIT 1 OFFSET ?"
                let first = try Int64.fetchOne(database, sql: sql, arguments: [max(count, 1) - 1]) ?? 0
                var jobs: [JournalJob] = []
                try JournalTables.forEachJob(database, from: UInt64(clamping: first)) { job, _ in jobs.append(job) }
                return jobs
            }
        }
    }

    /// All miners, in the order of their numbers.
    public func miners() throws(StorageError) -> [MinerRegistration] {
        try flush()
        let store = store
        return try StorageError.catching {
            try store.queue.read { database in
                var miners: [MinerRegistration] = []
                try JournalTables.forEachMiner(database) { miners.append($0) }
                return miners
            }
        }
    }

    private static func batch(_ row: Row, expected: Int64) throws -> (Int64, JournalShareBatch) {
        let sequence: Int64 = row["key"]
        guard sequence == expected else {
            throw StorageError.corrupt(Corruption(.batch(expected), .missing))
        }
        let checked = try ChecksummedRow(row) { .batch($0) }
        return (sequence, try checked.decode(JournalShareBatch.self) { .batch($0) })
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
