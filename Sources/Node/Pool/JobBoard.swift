internal import Bitcoin
internal import Shares
internal import Stratum
internal import Synchronization
internal import Wire

/// The jobs whose shares may still come: for the journal, which stores a job with its first share, and for the blocks
/// that are solved. Any thread.
final class JobBoard: Sendable {
    /// Jobs with all transactions of their blocks, which are some megabytes each; older ones keep their records only.
    static let fullJobs = 32

    /// Jobs in all: more than the server keeps, whose shares may still be on their way when it lets go.
    static let maximumJobs = 256

    private struct State {
        /// In the order in which they were given.
        var jobs: [StratumJob] = []
        var published: UInt64 = 0
        /// The job that miners have now and when it was published, nanoseconds of the monotonic clock.
        var newest: (job: StratumJob, time: UInt64)?
    }

    private let state = Mutex(State())

    /// Takes a job that is about to be given to the server.
    ///
    /// - Parameter time: now, nanoseconds of the monotonic clock; nil for a job that is never sent.
    func add(_ job: StratumJob, publishedAt time: UInt64?) {
        state.withLock { state in
            state.jobs.append(job)
            if state.jobs.count > Self.maximumJobs { state.jobs.removeFirst() }
            let aged = state.jobs.count - 1 - Self.fullJobs
            if aged >= 0 { state.jobs[aged] = state.jobs[aged].withoutTransactions }
            guard let time else { return }
            state.published += 1
            state.newest = (job, time)
        }
    }

    /// A job; nil for one that is too old.
    func job(_ sequence: UInt64) -> StratumJob? {
        state.withLock { state in state.jobs.last { $0.sequence == sequence } }
    }

    /// The job that miners have, as the API shows it, and how many were published.
    func snapshot(now: UInt64) -> (job: JobSnapshot?, published: UInt64) {
        let (newest, published) = state.withLock { ($0.newest, $0.published) }
        guard let (job, time) = newest else { return (nil, published) }
        var snapshot = JobSnapshot(
            sequence: job.sequence, height: job.coinbase.height, previousBlock: job.previousBlock,
            compactTarget: job.parameters.header.compactTarget, value: job.coinbase.value,
            transactionCount: job.template?.transactions.count ?? 0)
        snapshot.age = (now - min(time, now)) / 1_000_000_000
        return (snapshot, published)
    }
}
