internal import Bitcoin

/// The accepted shares of one group commit, in the order in which they were accepted.
public struct JournalShareBatch: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.journalShareBatch

    /// The most shares that a batch holds.
    public static let maximumCount = 65_536

    /// The shares, 1 ... 65,536.
    public let shares: [JournalShare]

    /// A batch of shares.
    ///
    /// - Throws: `RecordFault` in `shares` for none, or more than 65,536.
    public init(_ shares: [JournalShare]) throws(RecordFault) {
        guard (1...Self.maximumCount).contains(shares.count) else {
            throw RecordFault(.shares)
        }
        self.shares = shares
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try ShareBatchReader(bytes)
        var shares: [JournalShare] = []
        if try reader.next(reader.count, into: &shares) { try reader.finish() }
        self.shares = shares
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        encodedBatch?.bytes ?? []
    }

    /// The encoding with its summary; never nil, as a batch has a share at least.
    public var encodedBatch: EncodedShareBatch? {
        var encoder = ShareBatchEncoder()
        for share in shares { encoder.append(share) }
        return encoder.finish()
    }
}
