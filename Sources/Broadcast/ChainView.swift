public import Wire

/// What the log knows of the chain: facts of voters' vertices, counted (docs/protocol/broadcast.md, Chain facts).
public struct ChainView: Sendable {
    /// Heights that have got their K: K(h) is the commit for every h in the range.
    public struct Fixed: Hashable, Sendable {
        /// The heights.
        public let heights: ClosedRange<UInt32>
        /// The number of the commit.
        public let commit: UInt64
    }

    private let epoch: Epoch
    /// For each voter's position the newest committed facts.
    private var facts: [ChainFacts?]
    /// The highest height that has its K; nil before the first.
    public private(set) var fixedHeight: UInt32?

    /// The view at an epoch's start.
    ///
    /// - Parameter fixedHeight: the highest height that got its K in epochs before.
    public init(_ epoch: Epoch, fixedHeight: UInt32? = nil) {
        self.epoch = epoch
        self.fixedHeight = fixedHeight
        facts = [ChainFacts?](repeating: nil, count: epoch.voters.count)
    }

    /// Takes the facts of a commit, the log's next, and says which heights it fixes.
    public mutating func absorb(_ commit: Commit) -> Fixed? {
        for entry in commit.vertices {
            if let news = entry.vertex.facts, let position = epoch.positions[entry.name.author] {
                facts[position] = news
            }
        }
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
        return Fixed(heights: first...reached, commit: commit.number)
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
}
