internal import Dispatch
internal import GRDB
internal import Synchronization

/// Brings groups from the journal's tail into the database, on a queue of its own, many in one transaction.
///
/// While the database refuses, `recover` tries and throws: nothing new is promised that could not be kept for long.
final class JournalTransfer: Sendable {
    private struct Waiting {
        let record: TailRecord
        let pages: Int
    }

    private struct State {
        /// Nil when the journal is closed.
        var store: Store?
        var ring: PageRing
        /// What the database does not have, in order.
        var waiting: [Waiting] = []
        /// Whether a run is going to come by itself.
        var isScheduled = false
        /// The last run failed.
        var hasFailed = false
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
    func take(_ record: TailRecord, pages: Int) {
        let isFirst = state.withLock { state in
            let pages = state.ring.take(pages)
            state.waiting.append(Waiting(record: record, pages: pages))
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { schedule() }
    }

    /// Stores a record that does not fit in the tail, after all others.
    func store(_ record: TailRecord) throws(StorageError) {
        try run()
        try queue.sync { Result { () throws(StorageError) in try commit([record]) } }.get()
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
        let waiting = state.withLock { $0.waiting }
        guard !waiting.isEmpty else { return }
        do {
            try commit(waiting.map(\.record))
        } catch {
            state.withLock { $0.hasFailed = true }
            throw error
        }
        state.withLock { state in
            state.hasFailed = false
            state.waiting.removeFirst(waiting.count)
            state.ring.giveBack(waiting.reduce(0) { $0 + $1.pages })
        }
    }

    private func commit(_ records: [TailRecord]) throws(StorageError) {
        guard let store = state.withLock({ $0.store }) else { return }
        try StorageError.catching {
            try store.queue.write { database in
                try JournalTables.insert(records.map(\.group), into: database)
            }
        }
    }
}
