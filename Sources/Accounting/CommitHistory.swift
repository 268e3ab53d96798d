internal import Bitcoin

/// H_k of the commits that jobs may name, and the K of recent heights (docs/protocol/accounting.md, Jobs).
struct CommitHistory: Sendable {
    /// The number of the first hash.
    private var first: UInt64 = 0
    private var hashes: [Hash256]
    /// The height of the first K; nil before any.
    private var firstHeight: UInt32?
    private var commits: [UInt64] = []

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
    mutating func fix(_ fixed: ChainBook.Fixed) {
        guard firstHeight != nil else {
            firstHeight = fixed.heights.upperBound
            commits = [0]
            return
        }
        for _ in fixed.heights { commits.append(fixed.commit) }
    }

    /// Forgets what jobs of open heights can not name any more.
    mutating func forget(before lowestOpen: UInt32, lag: UInt32) {
        guard let firstHeight, lowestOpen >= 2 * lag, lowestOpen - 2 * lag > firstHeight else { return }
        let height = lowestOpen - 2 * lag
        let oldest = commits[Int(min(height - firstHeight, UInt32(commits.count - 1)))]
        if oldest > first {
            hashes.removeFirst(Int(min(oldest - first, UInt64(hashes.count - 1))))
            first = oldest
        }
        let spare = Int(height - firstHeight)
        if spare > 0, spare < commits.count {
            commits.removeFirst(spare)
            self.firstHeight = height
        }
    }
}
