/// A `JournalShareBatch` in its encoding, with what a journal must know of it: only `ShareBatchEncoder` makes one.
public struct EncodedShareBatch: Hashable, Sendable {
    /// The record.
    public let bytes: [UInt8]

    /// How many shares it has, 1 ... 65,536.
    public let count: Int

    /// The sequences of the jobs that its shares are of, strictly ascending.
    public let jobs: [UInt64]

    /// The highest miner number of its shares.
    public let highestMinerNumber: UInt32
}
