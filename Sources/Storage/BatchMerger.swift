internal import Wire

/// Makes few batches of many small ones, in their order: a row of the database costs more than the shares of a small
/// group, and says each work again.
struct BatchMerger {
    /// The batches so far.
    private(set) var batches: [EncodedShareBatch] = []
    private var encoder = ShareBatchEncoder()

    /// A batch of so many shares is worth a row, and merging would save nothing.
    static let large = 256

    /// From so many shares on a merged batch ends.
    static let enough = 4_096

    /// Goes on with a batch.
    ///
    /// - Throws: `WireError`: its bytes are no batch, which they are for all that an encoder made.
    mutating func append(_ batch: EncodedShareBatch) throws(WireError) {
        guard batch.count < Self.large else {
            finish()
            batches.append(batch)
            return
        }
        for share in try JournalShareBatch(decoding: batch.bytes).shares { encoder.append(share) }
        if encoder.count >= Self.enough { finish() }
    }

    /// Ends the batch that is being merged; `batches` are complete then.
    mutating func finish() {
        if let merged = encoder.finish() { batches.append(merged) }
    }
}
