public import Bitcoin
public import Wire

/// What the log knows of the chain: facts of voters' vertices, counted (docs/protocol/broadcast.md, Chain facts;
/// docs/protocol/accounting.md, Heights and Jobs).
public struct ChainBook: Sendable {
    /// Heights that have got their K: K(h) is the commit for every h in the range.
    public struct Fixed: Hashable, Sendable {
        /// The heights.
        public let heights: ClosedRange<UInt32>
        /// The number of the commit.
        public let commit: UInt64
    }

    private var epoch: LedgerEpoch
    /// L.
    private let lag: Int
    /// For each author what it said as a voter; empty for those that do not vote.
    private var words: [VoterWord]
    /// What f+1 voters have said of heights that are not forgotten, ascending by height.
    private var reported: [ChainReport] = []
    /// Heights up to this one are forgotten; nil before any is.
    private var forgotten: UInt32?
    /// The nBits that a block may have whatever voters say of the height: testnet4's after 20 minutes. Else nil.
    private let lowestTarget: CompactTarget?
    /// The highest height that has its K; nil before the first.
    public private(set) var fixedHeight: UInt32?

    /// The view at the log's start.
    ///
    /// - Parameters:
    ///   - lag: the genesis file's closing lag L.
    ///   - lowestTarget: nBits that a block may have besides those which voters name; nil for none.
    public init(_ configuration: EpochConfiguration, lag: UInt8, lowestTarget: CompactTarget? = nil) {
        self.lowestTarget = lowestTarget
        epoch = LedgerEpoch(configuration)
        self.lag = Int(lag)
        words = [VoterWord](repeating: VoterWord(), count: epoch.authors.count)
    }

    /// Goes on in the next epoch: the word of those that go on voting stays, that of others is gone.
    public mutating func enter(_ configuration: EpochConfiguration) {
        let next = LedgerEpoch(configuration)
        words = next.authors.map { author in
            guard author.isVoter, let index = epoch.authors.firstIndex(where: { $0.key == author.key }) else {
                return VoterWord()
            }
            return words[index]
        }
        epoch = next
    }

    /// Takes the facts of a commit, the log's next, and says which heights it fixes.
    public mutating func absorb(_ commit: LedgerCommit) -> Fixed? {
        for vertex in commit.vertices {
            guard let news = vertex.facts, epoch.isVoter(vertex) else { continue }
            words[Int(vertex.author)].take(news, heights: 2 * lag + 2)
        }
        for vertex in commit.vertices {
            if let news = vertex.facts, epoch.isVoter(vertex) { note(news) }
        }
        return fix(commit.number)
    }

    private mutating func fix(_ commit: UInt64) -> Fixed? {
        let heights = words.compactMap { $0.facts?.height }.sorted(by: >)
        let quorum = epoch.quorum.decision
        guard heights.count >= quorum else { return nil }
        let reached = heights[quorum - 1]
        let first: UInt32
        if let fixedHeight {
            guard reached > fixedHeight else { return nil }
            first = fixedHeight + 1
        } else {
            first = 0
        }
        fixedHeight = reached
        return Fixed(heights: first...reached, commit: commit)
    }

    /// The lower median of a number over the voters' newest facts; nil until Q voters have any.
    public func lowerMedian<Number: Comparable>(of number: (ChainFacts) -> Number) -> Number? {
        let values = words.compactMap { $0.facts.map(number) }.sorted()
        guard values.count >= epoch.quorum.decision else { return nil }
        return values[(values.count - 1) / 2]
    }

    /// How many voters' newest facts say something.
    public func count(where isTrue: (ChainFacts) -> Bool) -> Int {
        words.count { $0.facts.map(isTrue) ?? false }
    }

    // MARK: Reports

    /// What a voter has just said is reported for good if f+1 of the epoch's voters have said it by now.
    private mutating func note(_ news: ChainFacts) {
        let (height, overflow) = news.height.addingReportingOverflow(1)
        guard !overflow, forgotten.map({ $0 < height }) ?? true else { return }
        var reports = [ChainReport(height: height, previous: news.tip, target: news.compactTarget)]
        if let lowestTarget { reports.append(ChainReport(height: height, previous: news.tip, target: lowestTarget)) }
        for report in reports where !isReported(report) {
            let isLowest = report.target == lowestTarget
            let count = words.count { $0.names(report, whateverTarget: isLowest) }
            guard count >= epoch.quorum.oneCorrect else { continue }
            // Behind those of its height.
            reported.insert(report, at: reported.firstIndex { $0.height > height } ?? reported.count)
        }
    }

    /// Whether f+1 voters have said that blocks of a height build on a block with some nBits.
    func isReported(_ report: ChainReport) -> Bool {
        reported[reported.firstIndex(atOrAbove: report.height) { $0.height }...]
            .prefix { $0.height == report.height }.contains(report)
    }

    /// What f+1 voters have said of heights up to one, ascending by height.
    func reports(through height: UInt32) -> [ChainReport] {
        Array(reported.prefix { $0.height <= height })
    }

    /// V(h): the lower median of the highest values that voters said, but no more than the highest f+1 of them agree
    /// on, because few may have said any; 0 where f+1 have not.
    func value(of height: UInt32) -> Amount {
        let values = words.compactMap { $0.value(of: height) }.sorted()
        guard values.count >= epoch.quorum.oneCorrect else { return .zero }
        return min(values[(values.count - 1) / 2], values[values.count - epoch.quorum.oneCorrect])
    }

    /// Forgets what was said of heights up to one.
    mutating func forget(through height: UInt32) {
        for index in words.indices { words[index].forget(through: height) }
        reported.removeAll { $0.height <= height }
        forgotten = height
    }
}

/// What blocks of a height build on, and how hard they are.
struct ChainReport: Hashable, Sendable {
    let height: UInt32
    let previous: Hash256
    let target: CompactTarget
}

/// What a voter said.
private struct VoterWord: Sendable {
    private struct Report: Sendable {
        let height: UInt32
        let previous: Hash256
        let target: CompactTarget
        /// The highest that came with it.
        var value: Amount
    }

    /// Of one height so many different reports are remembered.
    private static let most = 8

    /// The newest.
    private(set) var facts: ChainFacts?
    /// Ascending by height.
    private var reports: [Report] = []

    /// Remembers facts, and what they say of the next height; of so many heights, the highest.
    mutating func take(_ news: ChainFacts, heights: Int) {
        facts = news
        let (height, overflow) = news.height.addingReportingOverflow(1)
        guard !overflow else { return }
        let same = reports.indices.filter { reports[$0].height == height }
        let known = same.first { reports[$0].previous == news.tip && reports[$0].target == news.compactTarget }
        if let known {
            reports[known].value = max(reports[known].value, news.value)
            return
        }
        guard same.count < Self.most else { return }
        let place = reports.firstIndex { $0.height > height } ?? reports.count
        reports.insert(
            Report(height: height, previous: news.tip, target: news.compactTarget, value: news.value), at: place)
        if same.isEmpty { dropLowest(keeping: heights) }
    }

    private mutating func dropLowest(keeping heights: Int) {
        var count = 0
        for index in reports.indices where index == 0 || reports[index].height != reports[index - 1].height {
            count += 1
        }
        guard count > heights, let lowest = reports.first?.height else { return }
        reports.removeAll { $0.height == lowest }
    }

    func names(_ report: ChainReport, whateverTarget: Bool) -> Bool {
        reports.contains {
            $0.height == report.height && $0.previous == report.previous
                && (whateverTarget || $0.target == report.target)
        }
    }

    func value(of height: UInt32) -> Amount? {
        reports.filter { $0.height == height }.map(\.value).max()
    }

    mutating func forget(through height: UInt32) {
        reports.removeAll { $0.height <= height }
    }
}
