internal import GRDB

/// Counts an MSP's jobs through all restarts, and never gives a number twice.
///
/// Numbers are reserved on disk in blocks before the first of a block is used; a restart goes on behind the last
/// block, so that a crash costs numbers and never doubles one. Belongs to one thread.
public final class JobSequence {
    /// How many numbers one write reserves.
    public static let blockSize: UInt64 = 1_024

    private let store: Store
    private var following: UInt64 = 0
    private var limit: UInt64 = 0

    private static let name = "job_sequence"

    /// Goes on where the store's reservations end; the first number of all is 0.
    public init(_ store: Store) {
        self.store = store
    }

    /// The next number, below 2^63; about one call in a thousand writes to the disk.
    ///
    /// - Throws: `StorageError` if a block cannot be reserved; the next call tries again.
    public func next() throws(StorageError) -> UInt64 {
        if following == limit {
            let start = try reserve()
            (following, limit) = (start, start + Self.blockSize)
        }
        defer { following += 1 }
        return following
    }

    /// Sees to it that no number up to `last`, which is in use, is given out, whatever was reserved: the reservation of
    /// an older database may be behind the jobs that its tail had.
    static func pass(_ last: UInt64, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO counters (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = ?2 WHERE value < ?2
                """,
            arguments: [name, Int64(clamping: last) + (last < UInt64(Int64.max) ? 1 : 0)])
    }

    /// Reserves a block and returns its first number.
    private func reserve() throws(StorageError) -> UInt64 {
        let store = store
        return try StorageError.catching {
            try store.queue.write { database in
                let sql = "SELECT value FROM counters WHERE name = ?"
                let start = try Int64.fetchOne(database, sql: sql, arguments: [Self.name]) ?? 0
                guard start >= 0, start < Int64.max - Int64(Self.blockSize) else {
                    throw StorageError.corrupt(Corruption(.counter(Self.name), .columns))
                }
                try database.execute(
                    sql: "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?2",
                    arguments: [Self.name, start + Int64(Self.blockSize)])
                return UInt64(start)
            }
        }
    }
}
