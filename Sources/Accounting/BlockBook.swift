internal import Bitcoin
internal import Wire

/// Blocks of the pool that are not paid yet (docs/protocol/accounting.md, Blocks and Payouts).
struct BlockBook: Sendable {
    /// A block that waits.
    struct Waiting: Sendable {
        let coinbase: FoundCoinbase
        /// The MSP that recorded it.
        let recorder: XOnlyKeyBytes
        /// The window does not end before this commit; 0 where K(height - 2) alone matters.
        let position: UInt64
        /// Who has work in its window; nil before it is drawn.
        var window: [WorkTrail.Part]?
        /// What voters answered, ascending by key.
        var answers: [(voter: XOnlyKeyBytes, isMature: Bool)] = []
    }

    /// So many blocks of a height wait that one MSP recorded.
    static let most = 4

    /// Ascending by height, then by hash.
    private(set) var waiting: [Waiting] = []
    /// The hashes of those that are paid, or too small; ascending.
    private var done: [Hash256] = []

    /// Takes a block that a record names, unless it is known or its recorder has named too many.
    mutating func add(_ block: Waiting) {
        let coinbase = block.coinbase
        let same = waiting.filter { $0.coinbase.height == coinbase.height && $0.recorder == block.recorder }
        guard same.count < Self.most, place(of: coinbase.block) == nil, !isDone(coinbase.block) else { return }
        let place = waiting.firstIndex { ($0.coinbase.height, $0.number) > (coinbase.height, block.number) }
        waiting.insert(block, at: place ?? waiting.count)
    }

    private func place(of block: Hash256) -> Int? {
        waiting.firstIndex { $0.coinbase.block == block }
    }

    private func isDone(_ block: Hash256) -> Bool {
        let place = done.firstIndex(atOrAbove: UInt256(block)) { UInt256($0) }
        return place < done.count && done[place] == block
    }

    /// Takes a voter's answer, if it is on a block that waits.
    mutating func answer(_ block: Hash256, _ isMature: Bool, by voter: XOnlyKeyBytes) {
        guard let place = place(of: block) else { return }
        let index = waiting[place].answers.firstIndex(atOrAbove: voter) { $0.voter }
        if index < waiting[place].answers.count, waiting[place].answers[index].voter == voter {
            waiting[place].answers[index].isMature = isMature
        } else {
            waiting[place].answers.insert((voter, isMature), at: index)
        }
    }

    /// Forgets what those answered that do not vote any more.
    mutating func keepAnswers(of isVoter: (XOnlyKeyBytes) -> Bool) {
        for place in waiting.indices { waiting[place].answers.removeAll { !isVoter($0.voter) } }
    }

    /// Draws the windows that are complete.
    ///
    /// - Parameter lowestOpen: every height below has closed.
    mutating func draw(_ trail: WorkTrail, lowestOpen: UInt32, lag: UInt32, _ size: WindowSize) {
        for place in waiting.indices where waiting[place].window == nil {
            let coinbase = waiting[place].coinbase
            guard let lowest = trail.commit(of: coinbase.height &- min(coinbase.height, 2)) else { continue }
            let end = max(lowest, waiting[place].position)
            // Shares in commits up to the end are of heights up to lag + 1 above the highest that had its K.
            guard let height = trail.height(at: end), height < lowestOpen, lowestOpen - height > lag + 1 else {
                continue
            }
            waiting[place].window = trail.window(endingAt: end, of: size.units(coinbase.target))
        }
    }

    /// The lowest height of a block whose window is not drawn; nil if all are.
    var lowestUndrawn: UInt32? {
        waiting.first { $0.window == nil }?.coinbase.height
    }

    /// Takes out the blocks that so many voters call mature and whose window is drawn, up to a height; forgets those
    /// that so many do not find.
    mutating func takeMature(through height: UInt32, quorum: Int) -> [Waiting] {
        var mature: [Waiting] = []
        waiting.removeAll { block in
            guard block.coinbase.height <= height else { return false }
            if block.answers.count(where: { !$0.isMature }) >= quorum { return true }
            guard block.window != nil, block.answers.count(where: \.isMature) >= quorum else { return false }
            mature.append(block)
            return true
        }
        for block in mature {
            let place = done.firstIndex(atOrAbove: block.number) { UInt256($0) }
            done.insert(block.coinbase.block, at: place)
        }
        return mature
    }
}

extension BlockBook.Waiting {
    /// The block's hash as a number, by which blocks of a height are ordered.
    var number: UInt256 { UInt256(coinbase.block) }
}
