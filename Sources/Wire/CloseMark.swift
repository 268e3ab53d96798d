public import Bitcoin

/// A voter's word that an epoch may end, and what the next one is to be (docs/protocol/broadcast.md, Epoch end).
public struct CloseMark: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.closeMark

    /// The id of the epoch that is to end.
    public let epoch: Hash256
    /// The members with a lane in the next one, strictly ascending by the bytes of their keys.
    public let authors: [EpochConfiguration.Author]
    /// What a vertex of the next one may carry.
    public let bounds: EpochConfiguration.Bounds

    /// A mark.
    ///
    /// - Throws: `RecordFault` for what no configuration may have.
    public init(
        epoch: Hash256, authors: [EpochConfiguration.Author], bounds: EpochConfiguration.Bounds
    ) throws(RecordFault) {
        try EpochConfiguration.check(authors, bounds)
        self.epoch = epoch
        self.authors = authors
        self.bounds = bounds
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let epoch = try reader.hash()
        let (authors, bounds) = try EpochConfiguration.membersAndBounds(&reader)
        try reader.finish()
        do {
            try self.init(epoch: epoch, authors: authors, bounds: bounds)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 64 + 33 * authors.count)
        writer.append(epoch)
        EpochConfiguration.append(authors, bounds, to: &writer)
        return writer.bytes
    }
}

extension EpochConfiguration {
    /// The configuration that follows when equal marks end this epoch.
    ///
    /// - Parameters:
    ///   - commit: the number of the epoch's last commit.
    ///   - hash: H of it.
    public func following(_ mark: CloseMark, commit: UInt64, hash: Hash256) -> EpochConfiguration {
        EpochConfiguration(
            checked: mark, syndicate: syndicate, number: number &+ 1, firstCommit: commit, start: hash)
    }
}
