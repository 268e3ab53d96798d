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

    /// `checksum` is SHA-256 over the row's key (8 bytes, little-endian) and its record. `last_job` is the greatest job
    /// sequence in a batch, by which a start finds the batches of the jobs that can still earn.
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
            record BLOB NOT NULL,
            checksum BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY NOT NULL,
            last_job INTEGER NOT NULL,
            record BLOB NOT NULL,
            checksum BLOB NOT NULL
        ) STRICT
        """,
        "CREATE INDEX journal_by_last_job ON journal (last_job)",
    ]
}
