internal import Bitcoin

/// H_k of the commits that jobs may name, and the K of recent heights (docs/protocol/accounting.md, Jobs).
struct CommitHistory: Sendable {
    /// So many of the newest commits may always be named: K may jump.
    static let spare: UInt64 = 1_024

    /// The number of the first hash.
    private var first: UInt64 = 0
    private var hashes: [Hash256]
    /// Heights up to one, from those of the entry before on, have their K at a commit; ascending.
    private var fixed: [(height: UInt32, commit: UInt64)] = []

    init(genesis: Hash256) {
        hashes = [genesis]
    }

    /// H_k; nil for what is forgotten or yet to come.
    func hash(_ number: UInt64) -> Hash256? {
        guard number >= first, number - first < UInt64(hashes.count) else { return nil }
        return hashes[Int(number - first)]
    }

    /// Takes the log's next commit; one with another number is no next commit.
    mutating func append(_ commit: LedgerCommit) {
        if commit.number == first + UInt64(hashes.count) { hashes.append(commit.hash) }
    }

    /// Heights have got their K. Those that got it first, with all heights below, were there before the log.
    mutating func fix(_ news: ChainBook.Fixed) {
        fixed.append((news.heights.upperBound, fixed.isEmpty ? 0 : news.commit))
    }

    /// Forgets what jobs can not name any more: what is older than the K of a height and than the newest commits.
    mutating func forget(before height: UInt32) {
        guard let index = fixed.firstIndex(where: { $0.height >= height }) else { return }
        fixed.removeFirst(index)
        let newest = first + UInt64(hashes.count)
        let oldest = min(fixed[0].commit, newest > Self.spare ? newest - Self.spare : 0)
        guard oldest > first else { return }
        hashes.removeFirst(Int(oldest - first))
        first = oldest
    }
}
