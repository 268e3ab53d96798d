public import Bitcoin
internal import Shares

/// What a share is to the ledger (docs/protocol/accounting.md, Shares).
public enum ShareJudgement: Hashable, Sendable {
    /// Its job breaks a rule.
    case void
    /// Its height has closed.
    case late
    /// Its identity was taken before.
    case duplicate
    /// It counts if its job turns out to be reported.
    case taken
}

/// How many of an MSP's shares were judged what.
public struct ShareTally: Hashable, Sendable {
    /// Shares of jobs that break a rule.
    public internal(set) var void: UInt64 = 0
    /// Shares of closed heights.
    public internal(set) var late: UInt64 = 0
    /// Shares that were taken before.
    public internal(set) var duplicate: UInt64 = 0
    /// Shares that were taken, whether their heights are open or closed.
    public internal(set) var taken: UInt64 = 0
    /// Of those, what was struck because its job was not reported.
    public internal(set) var unreported: UInt64 = 0

    mutating func count(_ judgement: ShareJudgement, _ shares: UInt64 = 1) {
        switch judgement {
        case .void: void += shares
        case .late: late += shares
        case .duplicate: duplicate += shares
        case .taken: taken += shares
        }
    }
}

/// The shares of a height that count, for good.
public struct ClosedHeight: Hashable, Sendable {
    /// Work of an MSP in a commit.
    public struct Credit: Hashable, Sendable {
        /// The number of the commit.
        public let commit: UInt64
        /// The MSP that received the shares.
        public let msp: XOnlyKeyBytes
        /// Units of 2^(level - 33).
        public internal(set) var work: UInt128
        /// Work times satoshis: of each job its own value or V(h), whichever is lower.
        public internal(set) var weight: UInt256
    }

    /// The height.
    public let height: UInt32
    /// V(h).
    public let value: Amount
    /// By MSP and commit, ascending by commit and then by the bytes of the key.
    public let credits: [Credit]
    /// What each miner has done, ascending by the bytes of the key.
    public let miners: [WorkTree.Leaf]
}

extension ClosedHeight {
    /// Settles a height.
    ///
    /// - Parameters:
    ///   - value: V(h).
    ///   - counts: for each job whether voters said what it builds on.
    init(_ book: HeightBook, _ value: Amount, _ counts: [Bool]) {
        height = book.height
        self.value = value
        miners = Self.miners(book, counts)
        credits = Self.credits(book, counts, value)
    }

    private static func miners(_ book: HeightBook, _ counts: [Bool]) -> [WorkTree.Leaf] {
        let parts = book.works.filter { counts[$0.work.job] && $0.shares > 0 }
            .map { WorkTree.Leaf(key: $0.work.miner, work: $0.work.level.work * UInt128($0.shares)) }
            .sorted { $0.key < $1.key }
        var miners: [WorkTree.Leaf] = []
        for part in parts {
            if let last = miners.last, last.key == part.key {
                miners[miners.count - 1] = WorkTree.Leaf(key: part.key, work: last.work + part.work)
            } else {
                miners.append(part)
            }
        }
        return miners
    }

    private static func credits(_ book: HeightBook, _ counts: [Bool], _ value: Amount) -> [Credit] {
        var credits: [Credit] = []
        /// Where the credits of the newest commit begin.
        var start = 0
        for (commit, index, work) in book.entries where counts[index] {
            if credits.last?.commit != commit { start = credits.count }
            let job = book.jobs[index]
            let worth = UInt64(min(job.job.value, value).satoshis)
            let weight = UInt256(multiplying: work, by: UInt128(worth))
            if let place = credits[start...].firstIndex(where: { $0.msp == job.msp }) {
                credits[place].work += work
                credits[place].weight = credits[place].weight.addingReportingOverflow(weight).partialValue
            } else {
                credits.append(Credit(commit: commit, msp: job.msp, work: work, weight: weight))
            }
        }
        return credits.sorted { ($0.commit, $0.msp) < ($1.commit, $1.msp) }
    }
}
