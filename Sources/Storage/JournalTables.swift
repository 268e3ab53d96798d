internal import Bitcoin
internal import Foundation
internal import GRDB
internal import Wire

/// The journal's tables: rows are written with their checksums, and verified as they are read.
enum JournalTables {
    /// Stores groups that are the next; their run is finished.
    static func insert(_ run: GroupRun, into database: Database) throws {
        guard try countGroups(database) == run.first else {
            throw StorageError.corrupt(Corruption(.counter(JournalCounter.groups.rawValue), .columns))
        }
        guard run.count > 0 else { return }
        let firstBatch = try value(.batches, database)
        for miner in run.miners { try insert(miner, into: database) }
        for job in run.jobs { try insert(job, firstBatch: firstBatch, into: database) }
        for (index, batch) in run.batches.enumerated() {
            try insert(batch, firstBatch + Int64(index), into: database)
        }
        let added: [JournalCounter: Int] = [
            .batches: run.batches.count, .miners: run.miners.count, .jobs: run.jobs.count, .groups: run.count,
            .groupsAgain: run.count,
        ]
        try count(added, into: database)
    }

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

    private static func count(_ added: [JournalCounter: Int], into database: Database) throws {
        for counter in JournalCounter.allCases {
            guard let count = added[counter], count > 0 else { continue }
            let statement = try database.cachedStatement(
                sql: "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + ?2")
            try statement.execute(arguments: [counter.rawValue, count])
        }
    }

    /// Changes the database without storing anything: when this is durable, nothing of a transaction that failed before
    /// can come back.
    static func touch(_ database: Database) throws {
        try count([.failures: 1], into: database)
    }

    /// How many groups there are: no table has a row for each, so that it is counted twice.
    static func countGroups(_ database: Database) throws -> UInt64 {
        let count = try value(.groups, database)
        guard try value(.groupsAgain, database) == count else {
            throw StorageError.corrupt(Corruption(.counter(JournalCounter.groups.rawValue), .columns))
        }
        return UInt64(clamping: count)
    }

    static func value(_ counter: JournalCounter, _ database: Database) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT value FROM counters WHERE name = ?")
        return try Int64.fetchOne(statement, arguments: [counter.rawValue]) ?? 0
    }

    /// How many batches there are, by the counter and by the last of them.
    static func countBatches(_ database: Database) throws -> Int64 {
        let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM journal") ?? -1
        let count = try value(.batches, database)
        guard last < Int64.max, last + 1 >= count else {
            throw StorageError.corrupt(Corruption(.batch(last + 1), .missing))
        }
        guard last + 1 == count else {
            throw StorageError.corrupt(Corruption(.counter(JournalCounter.batches.rawValue), .columns))
        }
        return count
    }

    /// All miners, verified: numbers without a gap, columns as in the record.
    static func miners(_ database: Database) throws -> [MinerRegistration] {
        var miners: [MinerRegistration] = []
        try forEachMiner(database) { miner in
            guard Int(miner.number) == miners.count else {
                throw StorageError.corrupt(Corruption(.miner(Int64(miners.count)), .missing))
            }
            miners.append(miner)
        }
        guard try value(.miners, database) == Int64(miners.count) else {
            throw StorageError.corrupt(Corruption(.miner(Int64(miners.count)), .missing))
        }
        return miners
    }

    static func jobSequences(_ database: Database) throws -> Set<UInt64> {
        var sequences: Set<UInt64> = []
        try forEachJob(database, from: 0) { job, _ in sequences.insert(job.sequence) }
        guard try value(.jobs, database) == Int64(sequences.count) else {
            throw StorageError.corrupt(Corruption(.counter(JournalCounter.jobs.rawValue), .columns))
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

/// The rows of `counters` that the journal keeps.
enum JournalCounter: String, CaseIterable {
    /// How many rows the tables have.
    case batches
    case miners
    case jobs
    /// How many groups the tables hold, by which it is known what of the tail they do not.
    case groups
    /// The same number.
    case groupsAgain = "groups_again"
    /// How many times a failed transaction was made sure to be gone.
    case failures
}
