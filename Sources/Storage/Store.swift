internal import Bitcoin
internal import Foundation
package import GRDB

/// The database of one MSP: SQLite in write-ahead mode, where a commit returns when the disk has it.
public final class Store: Sendable {
    /// The directory, locked while the store is open.
    public let directory: DataDirectory

    /// Whose store it is.
    public let identity: StoreIdentity

    package let queue: DatabaseQueue

    /// The name of the database file in its directory.
    public static let fileName = "radpool.sqlite"

    /// Opens the database of a directory, or makes it, and brings its schema up to date.
    ///
    /// - Throws: `StorageError`, of which `foreign` says that the directory is another syndicate's or MSP's.
    public init(_ directory: DataDirectory, identity: StoreIdentity) throws(StorageError) {
        self.directory = directory
        self.identity = identity
        let path = directory.url.appending(path: Self.fileName).path(percentEncoded: false)
        queue = try StorageError.catching {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            try Self.setDurability(queue)
            if try queue.read(Schema.migrator.hasBeenSuperseded) {
                throw StorageError.newerSchema
            }
            try Schema.migrator.migrate(queue)
            try queue.write { try Self.check(identity, in: $0) }
            return queue
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "radpool.store"
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Write-ahead mode with an fsync in every commit; both are asked back, for SQLite may refuse without an error.
    private static func setDurability(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { database in
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let level = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            guard mode == "wal", level == 2 else {
                throw StorageError.inputOutput("SQLite offers no durable write-ahead log on this file system")
            }
        }
    }

    /// Compares the identity with the stored one, or stores it in a new database.
    private static func check(_ identity: StoreIdentity, in database: Database) throws {
        let rows = try Row.fetchAll(database, sql: "SELECT key, value FROM meta ORDER BY key")
        if rows.isEmpty {
            let sql = "INSERT INTO meta (key, value) VALUES ('msp', ?), ('syndicate', ?)"
            try database.execute(
                sql: sql, arguments: [Data(identity.msp.bytes), Data(identity.syndicate.bytes)])
            return
        }
        func value(_ key: String) throws -> [UInt8] {
            guard let row = rows.first(where: { $0["key"] == key }) else {
                throw StorageError.corrupt(Corruption(.meta(key), .missing))
            }
            let data: Data = row["value"]
            return Array(data)
        }
        let (storedSyndicate, storedMSP) = (try value("syndicate"), try value("msp"))
        guard let syndicate = try? Hash256(internalBytes: storedSyndicate) else {
            throw StorageError.corrupt(Corruption(.meta("syndicate"), .columns))
        }
        guard let msp = try? XOnlyKeyBytes(storedMSP) else {
            throw StorageError.corrupt(Corruption(.meta("msp"), .columns))
        }
        let found = StoreIdentity(syndicate: syndicate, msp: msp)
        guard found == identity else {
            throw StorageError.foreign(found: found)
        }
    }
}
