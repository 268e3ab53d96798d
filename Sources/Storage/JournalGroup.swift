public import Wire

/// What one commit of the journal stores: all of it or nothing.
public struct JournalGroup: Sendable {
    /// Miners that are new, numbered on from the last one in the store.
    public var miners: [MinerRegistration]
    /// Jobs that are new, of which shares are in this group or later ones.
    public var jobs: [JournalJob]
    /// Accepted shares of jobs and miners of this group or earlier ones.
    public var batches: [EncodedShareBatch]

    /// A group whose shares are encoded already, as a busy server has them.
    public init(miners: [MinerRegistration] = [], jobs: [JournalJob] = [], batches: [EncodedShareBatch]) {
        self.miners = miners
        self.jobs = jobs
        self.batches = batches
    }

    /// A group of values.
    public init(
        miners: [MinerRegistration] = [], jobs: [JournalJob] = [], shares: JournalShareBatch? = nil
    ) {
        let batch = shares.flatMap(\.encodedBatch)
        self.init(miners: miners, jobs: jobs, batches: batch.map { [$0] } ?? [])
    }
}
