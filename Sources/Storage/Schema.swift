internal import GRDB

/// The tables, by migrations that are never changed once released.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: share journal") { database in
            for statement in version1 {
                try database.execute(sql: statement)
            }
        }
        return migrator
    }

    /// `checksum` is SHA-256 over the row's integers (8 bytes each, little-endian) and its record. `first_batch` is the
    /// batch that was next when the job was stored, by which a start finds the batches of the jobs that can still earn.
    /// `counters` says how many rows the other tables have, so that a row that is gone is missed.
    private static let version1 = [
        // "RADP", so that tools can tell the file.
        "PRAGMA application_id = 0x52414450",
        """
        CREATE TABLE meta (
            key TEXT PRIMARY KEY NOT NULL,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE counters (
            name TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL CHECK (value >= 0)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE miners (
            number INTEGER PRIMARY KEY NOT NULL,
            key BLOB NOT NULL UNIQUE,
            name TEXT UNIQUE,
            record BLOB NOT NULL,
            checksum BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE jobs (
            sequence INTEGER PRIMARY KEY NOT NULL,
            first_batch INTEGER NOT NULL,
            record BLOB NOT NULL,
            checksum BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY NOT NULL,
            record BLOB NOT NULL,
            checksum BLOB NOT NULL
        ) STRICT
        """,
    ]
}
