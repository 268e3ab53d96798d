public import Bitcoin

/// A question for the commits after one, up to a certified one.
public struct CatchUpFrame: Hashable, Sendable {
    /// The id of the epoch.
    public let epoch: Hash256
    /// The number of the newest commit that the speaker has.
    public let commit: UInt64

    /// A question of a member that has everything up to a commit.
    public init(epoch: Hash256, commit: UInt64) {
        self.epoch = epoch
        self.commit = commit
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        epoch = try reader.hash()
        commit = try reader.uint64()
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Frame.startEncoding(.catchUp, capacity: 40)
        writer.append(epoch)
        writer.append(littleEndian: commit)
        return writer.bytes
    }
}

/// Commits as digests, the last of which is certified: everything that is needed to recompute H.
public struct CommitsFrame: Hashable, Sendable {
    /// The most commits of one frame.
    public static let maximumCount = 1_024

    /// A vertex in its place in the log. Its sequence follows from those before it.
    public struct Entry: Hashable, Sendable {
        /// The author's index.
        public let author: UInt16
        /// The vertex's digest.
        public let digest: Hash256

        /// A vertex of an author.
        public init(author: UInt16, digest: Hash256) {
            self.author = author
            self.digest = digest
        }
    }

    /// What proves the last of the commits.
    public let certificate: CheckpointCertificate
    /// For each commit its vertices in the log's order, the anchor last; 1 ... 1,024 commits, none empty.
    public let commits: [[Entry]]

    /// Commits up to a certified one; none, more than 1,024 or an empty one make a frame that nobody decodes.
    public init(certificate: CheckpointCertificate, commits: [[Entry]]) {
        self.certificate = certificate
        self.commits = commits
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        let start = reader.offset
        let bytes = try reader.lengthPrefixed(.signatures)
        let prefix = reader.offset - bytes.count
        do {
            certificate = try CheckpointCertificate(decoding: bytes)
        } catch {
            throw WireError(error.kind, offset: max(start, prefix + error.offset))
        }
        let count = try reader.count(.commits, minimumSize: 35)
        guard (1...Self.maximumCount).contains(count) else { throw reader.error(RecordFault(.commits)) }
        var commits: [[Entry]] = []
        commits.reserveCapacity(count)
        for _ in 0..<count {
            let vertices = try reader.count(.vertices, minimumSize: 34)
            guard vertices > 0 else { throw reader.error(RecordFault(.vertices)) }
            var entries: [Entry] = []
            entries.reserveCapacity(vertices)
            for _ in 0..<vertices {
                let author = try reader.uint16()
                entries.append(Entry(author: author, digest: try reader.hash()))
            }
            commits.append(entries)
        }
        self.commits = commits
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        let size = commits.reduce(0) { $0 + 3 + 34 * $1.count }
        var writer = Frame.startEncoding(.commits, capacity: 120 + 66 * certificate.signatures.count + size)
        writer.append(lengthPrefixed: certificate.encoded())
        writer.append(compactSize: commits.count)
        for entries in commits {
            writer.append(compactSize: entries.count)
            for entry in entries {
                writer.append(littleEndian: entry.author)
                writer.append(entry.digest)
            }
        }
        return writer.bytes
    }
}
