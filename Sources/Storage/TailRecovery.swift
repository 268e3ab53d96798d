internal import GRDB

/// What the tail holds when the journal is opened, and what of it the database does not.
struct TailRecovery {
    private let records: [TailRecord.Sealed]

    /// - Parameter records: all whole records of the file, in any order.
    init(_ records: [TailRecord.Sealed]) {
        self.records = records.sorted { $0.number < $1.number }
    }

    /// Stores the groups that the database does not have.
    ///
    /// A record that is not whole was never acknowledged; but one after which another is whole was, so that a gap is
    /// damage, or a database that is older than its tail.
    func finish(_ database: Database) throws {
        var next = try JournalTables.countGroups(database)
        var run = GroupRun(first: next)
        for sealed in records.drop(while: { $0.number < next }) {
            guard sealed.number == next else {
                throw StorageError.corrupt(Corruption(.tail(next), .missing))
            }
            run.append(try TailRecord(sealed).group)
            next += 1
        }
        run.finish()
        try JournalTables.insert(run, into: database)
    }
}
