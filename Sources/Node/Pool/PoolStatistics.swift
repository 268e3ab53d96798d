internal import Shares
internal import Stratum
internal import Synchronization
internal import Wire

/// What the threads of a pool server tell about themselves. Any thread; a reader holds no lock for longer than it takes
/// to copy what it reads.
final class PoolStatistics: Sendable {
    private struct State {
        var work: WorkStatistics
        var journal = JournalSnapshot()
        var blocks: [FoundBlock] = []
        var nodes: [NodeSnapshot] = []
        var absence: String?
    }

    private let state: Mutex<State>
    private let start = MonotonicClock.now

    init(maximumWorkers: Int) {
        state = Mutex(State(work: WorkStatistics(maximumWorkers: maximumWorkers)))
    }

    /// Seconds since the start.
    var uptime: UInt64 { (MonotonicClock.now - start) / 1_000_000_000 }

    /// Lets `body` change the work statistics, which know the time then.
    func withWork<Result: Sendable>(_ body: (inout WorkStatistics) -> Result) -> Result {
        let now = uptime
        return state.withLock { state in
            state.work.advance(to: now)
            return body(&state.work)
        }
    }

    /// Lets `body` change what is shown of the journal.
    func withJournal(_ body: (inout JournalSnapshot) -> Void) {
        state.withLock { body(&$0.journal) }
    }

    /// The bitcoin nodes, and why shares are refused for want of them; nil where they are not.
    func setNodes(_ nodes: [NodeSnapshot]) {
        state.withLock { $0.nodes = nodes }
    }

    /// Why shares are refused for want of a node; nil where they are not.
    func setAbsence(_ absence: String?) {
        state.withLock { $0.absence = absence }
    }

    /// Takes up a block, or what has become of it since.
    func record(_ block: FoundBlock) {
        state.withLock { state in
            if let index = state.blocks.lastIndex(where: { $0.hash == block.hash }) {
                state.blocks[index] = block
            } else {
                state.blocks.append(block)
                if state.blocks.count > PoolSnapshot.maximumBlocks { state.blocks.removeFirst() }
            }
        }
    }

    /// Fills in everything that is kept here.
    func fill(_ snapshot: inout PoolSnapshot) {
        let now = uptime
        let state = state.withLock { state in
            state.work.advance(to: now)
            return state
        }
        snapshot.uptime = now
        snapshot.total = state.work.totals
        snapshot.workers = state.work.snapshots
        snapshot.journal = state.journal
        snapshot.blocks = state.blocks
        snapshot.nodes = state.nodes
        snapshot.refusesShares = state.absence ?? state.journal.problem
    }
}
