internal import Bitcoin
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

    /// Of one voter and height so many different reports are remembered.
    static let mostReports = 8

    private var epoch: LedgerEpoch
    /// For each author the newest committed facts; nil for those that do not vote.
    private var facts: [ChainFacts?]
    /// The highest height that has its K; nil before the first.
    public private(set) var fixedHeight: UInt32?
    /// What voters said of heights that are open, ascending.
    private var reports: [HeightReports] = []

    /// The view at the log's start.
    public init(_ configuration: EpochConfiguration) {
        epoch = LedgerEpoch(configuration)
        facts = [ChainFacts?](repeating: nil, count: epoch.authors.count)
    }

    /// Goes on in the next epoch: what stays a voter's word is kept.
    public mutating func enter(_ configuration: EpochConfiguration) {
        let next = LedgerEpoch(configuration)
        facts = next.authors.map { author in
            guard author.isVoter, let index = epoch.authors.firstIndex(where: { $0.key == author.key }) else {
                return nil
            }
            return facts[index]
        }
        epoch = next
    }

    /// Takes the facts of a commit, the log's next, and says which heights it fixes.
    ///
    /// - Parameter isOpen: whether reports on a height are of use; of others nothing is remembered.
    public mutating func absorb(_ commit: LedgerCommit, isOpen: (UInt32) -> Bool = { _ in false }) -> Fixed? {
        for vertex in commit.vertices {
            guard let news = vertex.facts, let key = epoch.voter(vertex) else { continue }
            facts[Int(vertex.author)] = news
            let (height, overflow) = news.height.addingReportingOverflow(1)
            if !overflow, isOpen(height) { report(news, on: height, by: key) }
        }
        return fix(commit.number)
    }

    private mutating func fix(_ commit: UInt64) -> Fixed? {
        let heights = facts.compactMap { $0?.height }.sorted(by: >)
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
        let values = facts.compactMap { $0.map(number) }.sorted()
        guard values.count >= epoch.quorum.decision else { return nil }
        return values[(values.count - 1) / 2]
    }

    /// How many voters' newest facts say something.
    public func count(where isTrue: (ChainFacts) -> Bool) -> Int {
        facts.count { $0.map(isTrue) ?? false }
    }

    // MARK: Reports

    private mutating func report(_ news: ChainFacts, on height: UInt32, by key: XOnlyKeyBytes) {
        let index = reports.firstIndex { $0.height >= height } ?? reports.count
        if index == reports.count || reports[index].height != height {
            reports.insert(HeightReports(height: height), at: index)
        }
        reports[index].take(news, by: key, in: epoch)
    }

    /// Whether f+1 voters have said that blocks of a height build on a block with some nBits.
    func isReported(_ height: UInt32, on previous: Hash256, _ target: CompactTarget) -> Bool {
        guard let found = reports.first(where: { $0.height == height }) else { return false }
        return found.parents.contains { $0.previous == previous && $0.target == target && $0.isReported }
    }

    /// V(h), of what has been said so far; 0 where nobody has said anything.
    func value(of height: UInt32) -> Amount {
        guard let found = reports.first(where: { $0.height == height }) else { return .zero }
        let values = found.values.filter { epoch.isVoter($0.key) }.map(\.value).sorted()
        return values.isEmpty ? .zero : values[(values.count - 1) / 2]
    }

    /// Forgets what was said of heights up to one.
    mutating func forget(through height: UInt32) {
        reports.removeAll { $0.height <= height }
    }

    /// Forgets what was said of heights that are of no use any more.
    mutating func forget(unless isOpen: (UInt32) -> Bool) {
        reports.removeAll { !isOpen($0.height) }
    }
}

/// What voters said of one height.
private struct HeightReports: Sendable {
    struct Parent: Sendable {
        let previous: Hash256
        let target: CompactTarget
        var witnesses: [XOnlyKeyBytes] = []
        /// f+1 voters of an epoch have said so.
        var isReported = false
    }

    let height: UInt32
    /// In the order in which they were first said.
    var parents: [Parent] = []
    /// For each voter the highest value of its templates.
    var values: [(key: XOnlyKeyBytes, value: Amount)] = []

    init(height: UInt32) {
        self.height = height
    }

    mutating func take(_ news: ChainFacts, by key: XOnlyKeyBytes, in epoch: LedgerEpoch) {
        if let index = values.firstIndex(where: { $0.key == key }) {
            values[index].value = max(values[index].value, news.value)
        } else {
            values.append((key, news.value))
        }
        witness(news, by: key, in: epoch)
    }

    private mutating func witness(_ news: ChainFacts, by key: XOnlyKeyBytes, in epoch: LedgerEpoch) {
        let known = parents.firstIndex { $0.previous == news.tip && $0.target == news.compactTarget }
        if let known, parents[known].witnesses.contains(key) { return }
        guard parents.count(where: { $0.witnesses.contains(key) }) < ChainBook.mostReports else { return }
        let index = known ?? parents.count
        if known == nil { parents.append(Parent(previous: news.tip, target: news.compactTarget)) }
        parents[index].witnesses.append(key)
        let voices = parents[index].witnesses.count { epoch.isVoter($0) }
        if voices >= epoch.quorum.oneCorrect { parents[index].isReported = true }
    }
}
