internal import GRDB

extension StorageError {
    /// Runs `body` and turns SQLite's errors into this module's.
    static func catching<Result>(_ body: () throws -> Result) throws(StorageError) -> Result {
        do {
            return try body()
        } catch let error as StorageError {
            throw error
        } catch let error as DatabaseError {
            throw StorageError(error)
        } catch {
            throw .inputOutput("\(error)")
        }
    }

    init(_ error: DatabaseError) {
        let message = error.message ?? "no message"
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
                .inputOutput("\(message) (SQLite \(error.extendedResultCode.rawValue))")
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(Corruption(.database, .sqlite(message)))
            case .SQLITE_CONSTRAINT: .alreadyStored(message)
            default: .database(code: error.extendedResultCode.rawValue, message: message)
            }
    }
}
