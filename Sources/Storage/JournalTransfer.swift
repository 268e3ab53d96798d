internal import Dispatch
internal import GRDB
internal import Synchronization

/// Brings groups from the journal's tail into the database, on a queue of its own, many in one transaction.
///
/// While the database refuses, `recover` tries and throws: nothing new is promised that could not be kept for long.
final class JournalTransfer: Sendable {
    /// Groups and the pages of the tail that they take.
    private struct Waiting {
        var run: GroupRun
        var pages = 0
    }

    private struct State {
        /// Nil when the journal is closed.
        var store: Store?
        var ring: PageRing
        /// What the database is being given, or has refused, in order; these runs are finished.
        var waiting: [Waiting] = []
        /// The groups after those.
        var latest: Waiting?
        /// Whether a run is going to come by itself.
        var isScheduled = false
        /// The last run failed.
        var hasFailed = false

        mutating func append(_ record: TailRecord, pages: Int) {
            if latest == nil { latest = Waiting(run: GroupRun(first: record.number)) }
            latest?.run.append(record.group)
            latest?.pages += pages
        }

        /// What comes from now on is another run.
        mutating func finishLatest() {
            latest?.run.finish()
            if let latest { waiting.append(latest) }
            latest = nil
        }
    }

    private let delay: DispatchTimeInterval
    private let state: Mutex<State>
    /// All runs, one after the other.
    private let queue = DispatchQueue(label: "radpool.journal.transfer")

    init(_ store: Store, _ tail: ShareJournal.Tail) {
        delay = .milliseconds(tail.milliseconds)
        state = Mutex(State(store: store, ring: PageRing(capacity: tail.pages)))
    }

    // MARK: The journal's thread

    /// If the last run failed, runs.
    func recover() throws(StorageError) {
        if state.withLock({ $0.hasFailed }) { try run() }
    }

    /// Where in the tail so many pages can be written; waits for room; nil if they never fit.
    func place(_ pages: Int) throws(StorageError) -> Int? {
        if let page = state.withLock({ $0.ring.place(pages) }) { return page }
        try run()
        return state.withLock { $0.ring.place(pages) }
    }

    /// The record is durable at the place that was given last.
    ///
    /// Its shares are merged with those before them here, a little at a time: all at once, when the database gets them,
    /// they would hold up other threads of the same processor.
    func take(_ record: TailRecord, pages: Int) {
        let isFirst = state.withLock { state in
            state.append(record, pages: state.ring.take(pages))
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { schedule() }
    }

    /// Stores a record that does not fit in the tail, after all others.
    func store(_ record: TailRecord) throws(StorageError) {
        try run()
        var run = GroupRun(first: record.number)
        run.append(record.group)
        run.finish()
        let runs = [run]
        try queue.sync { Result { () throws(StorageError) in try commitOrFail(runs) } }.get()
    }

    /// Stores what waits, and returns when it is in the database.
    func run() throws(StorageError) {
        try queue.sync { Result { () throws(StorageError) in try commitWaiting() } }.get()
    }

    /// The last run; the store is not used any more when it returns. What the database refuses stays in the tail.
    func close() {
        try? run()
        queue.sync { state.withLock { $0.store = nil } }
    }

    // MARK: The queue

    private func schedule() {
        queue.asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isScheduled = false }
            do {
                try commitWaiting()
            } catch {
                // Said by `recover` to whoever wants to store something.
            }
        }
    }

    private func commitWaiting() throws(StorageError) {
        let (waiting, hasFailed) = state.withLock { state in
            state.finishLatest()
            return (state.waiting, state.hasFailed)
        }
        guard !waiting.isEmpty || hasFailed else { return }
        try commitOrFail(waiting.map(\.run))
        state.withLock { state in
            state.waiting.removeFirst(waiting.count)
            state.ring.giveBack(waiting.reduce(0) { $0 + $1.pages })
        }
    }

    /// A transaction that failed may have left all of itself in SQLite's log, and would come back after a crash. What
    /// was in the tail would come back as what it is; but the number of a group that went straight to the database is
    /// another's by then. So nothing is stored in the tail before a later transaction is durable.
    private func commitOrFail(_ runs: [GroupRun]) throws(StorageError) {
        do {
            try commit(runs)
            state.withLock { $0.hasFailed = false }
        } catch {
            state.withLock { $0.hasFailed = true }
            throw error
        }
    }

    private func commit(_ runs: [GroupRun]) throws(StorageError) {
        guard let store = state.withLock({ $0.store }) else { throw .inputOutput("the journal is closed") }
        try StorageError.catching {
            try store.queue.write { database in
                if runs.isEmpty { try JournalTables.touch(database) }
                for run in runs { try JournalTables.insert(run, into: database) }
            }
        }
    }
}
