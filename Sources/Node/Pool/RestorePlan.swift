internal import Bitcoin
internal import Wire

/// Which jobs of the journal are judged again after a start.
struct RestorePlan {
    /// Jobs on the present tip, in the order of their sequences.
    var current: [JournalJob] = []

    /// Jobs on the tip before, in the order of their sequences.
    var previous: [JournalJob] = []

    /// The most jobs that the server takes back.
    static let maximumJobs = 96

    /// How many jobs of the journal are looked at: those on both tips are among its newest.
    static let lookBack = 256

    /// Chooses among the journal's newest jobs.
    ///
    /// The tip before is the last other one that the journal has a job on, wherever in the chain it stands: so that
    /// after a reorganisation, too, shares of the work before it are known again.
    ///
    /// - Parameters:
    ///   - jobs: in the order of their sequences.
    ///   - tip: the block that the node builds on.
    ///   - height: the height of the block to be found.
    init(_ jobs: [JournalJob], tip: Hash256, height: UInt32) {
        current = jobs.filter { $0.header.previousBlock == tip }
        let other = jobs.last { $0.header.previousBlock != tip }
        // What is further away than a block earns nothing any more.
        if let other, other.coinbase.height + 1 >= height, other.coinbase.height <= height {
            previous = jobs.filter { $0.header.previousBlock == other.header.previousBlock }
        }
        current = current.suffix(Self.maximumJobs)
        previous = previous.suffix(Self.maximumJobs - current.count)
    }

    /// The first of all jobs, from which the journal is read; nil for none.
    var firstJob: UInt64? { (current + previous).map(\.sequence).min() }
}
