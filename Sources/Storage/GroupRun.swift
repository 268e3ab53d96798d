internal import Wire

/// Groups that follow each other, as one transaction stores them: small batches have become large ones, in their order.
///
/// A row of the database costs more than the shares of a small group, and says each work again.
struct GroupRun {
    /// The number of the first group.
    let first: UInt64
    /// How many groups there are.
    private(set) var count = 0
    private(set) var miners: [MinerRegistration] = []
    private(set) var jobs: [JournalJob] = []
    /// The batches, complete when `finish` was called.
    private(set) var batches: [EncodedShareBatch] = []

    private var encoder = ShareBatchEncoder()
    /// What is kept of the last batch that was read, for its memory.
    private var shares: [JournalShare] = []

    /// A batch of so many shares is worth a row, and merging would save nothing.
    static let large = 256

    /// From so many shares on a merged batch ends.
    static let enough = 4_096

    /// No group yet; the first that is appended has the number `first`.
    init(first: UInt64) {
        self.first = first
    }

    /// Goes on with the next group. Costs about what encoding its shares costs.
    mutating func append(_ group: JournalGroup) {
        miners += group.miners
        jobs += group.jobs
        for batch in group.batches { append(batch) }
        count += 1
    }

    /// Ends the batch that is being merged.
    mutating func finish() {
        if let merged = encoder.finish() { batches.append(merged) }
    }

    private mutating func append(_ batch: EncodedShareBatch) {
        guard batch.count < Self.large, read(batch) else {
            finish()
            batches.append(batch)
            return
        }
        for share in shares { encoder.append(share) }
        if encoder.count >= Self.enough { finish() }
    }

    /// Fills `shares`; false where the bytes are no batch, which they are for all that an encoder made: a row of its
    /// own says so to whoever reads it.
    private mutating func read(_ batch: EncodedShareBatch) -> Bool {
        do {
            var reader = try ShareBatchReader(batch.bytes)
            guard try reader.next(reader.count, into: &shares) else { return false }
            try reader.finish()
            return true
        } catch {
            return false
        }
    }
}
