internal import Bitcoin
internal import Wire

/// Blocks of the pool that are not paid yet (docs/protocol/accounting.md, Blocks and Payouts).
struct BlockBook: Sendable {
    /// A block that waits.
    struct Waiting: Sendable {
        let coinbase: FoundCoinbase
        /// The MSP that recorded it.
        let recorder: XOnlyKeyBytes
        /// The commit that the job names, before which the window does not end; nil where K(height - 2) alone matters.
        let position: UInt64?
        /// Who has work in its window; nil before it is drawn.
        var window: [WorkTrail.Part]?
        /// What voters answered, ascending by key.
        var answers: [(voter: XOnlyKeyBytes, isMature: Bool)] = []
    }

    /// So many blocks of a height wait that one MSP recorded: two in a race, and room for what nobody thought of.
    static let mostOfARecorder = 4

    /// Ascending by height, then by hash.
    private(set) var waiting: [Waiting] = []
    /// The ids of the coinbases that are paid or too small, ascending as numbers. Never forgotten: 32 bytes a block.
    private var done: [Hash256] = []

    // MARK: Records

    /// Takes a block that a record names.
    mutating func add(_ block: Waiting) -> BlockVerdict {
        let coinbase = block.coinbase
        guard place(of: coinbase.block) == nil, !isDone(coinbase.transaction) else { return .known }
        let same = waiting.filter { $0.coinbase.height == coinbase.height && $0.recorder == block.recorder }
        guard same.count < Self.mostOfARecorder else { return .tooMany }
        let place = waiting.firstIndex { ($0.coinbase.height, $0.number) > (coinbase.height, block.number) }
        waiting.insert(block, at: place ?? waiting.count)
        return .waits
    }

    private func place(of block: Hash256) -> Int? {
        waiting.firstIndex { $0.coinbase.block == block }
    }

    private func isDone(_ transaction: Hash256) -> Bool {
        let place = done.firstIndex(atOrAbove: UInt256(transaction)) { UInt256($0) }
        return place < done.count && done[place] == transaction
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

    // MARK: Heights

    /// Heights have closed: forgets their blocks that build on nothing that voters saw.
    mutating func sweep(_ archive: ReportArchive, closed heights: Range<UInt32>) -> [BlockNews] {
        var gone: [BlockNews] = []
        waiting.removeAll { block in
            guard heights.contains(block.coinbase.height), !archive.contains(block.coinbase.report) else {
                return false
            }
            gone.append(BlockNews(id: block.coinbase.block, verdict: .unreported))
            return true
        }
        return gone
    }

    /// Draws the windows that are complete.
    ///
    /// - Parameters:
    ///   - lowestOpen: every height below has closed.
    ///   - size: the work of a block's window.
    mutating func draw(
        _ trail: WorkTrail, lowestOpen: UInt32, lag: UInt32, _ size: (FoundCoinbase) -> UInt128
    ) {
        for place in waiting.indices where waiting[place].window == nil {
            let coinbase = waiting[place].coinbase
            guard coinbase.height < lowestOpen, let lowest = trail.commit(of: coinbase.height - min(coinbase.height, 2))
            else { continue }
            let wanted = size(coinbase)
            let end = trail.end(from: max(lowest, waiting[place].position ?? 0), of: wanted)
            // Shares in commits up to the end are of heights up to lag + 1 above the highest that had its K.
            guard let reached = trail.height(at: end), reached < lowestOpen, lowestOpen - reached > lag + 1 else {
                continue
            }
            waiting[place].window = trail.window(endingAt: end, of: wanted)
        }
    }

    /// The lowest height of a block whose window is not drawn; nil if all are.
    var lowestUndrawn: UInt32? {
        waiting.first { $0.window == nil }?.coinbase.height
    }

    // MARK: Paying

    /// Takes out the blocks that so many voters call mature and whose window is drawn, up to a height, and those that
    /// so many do not find.
    mutating func takeMature(through height: UInt32, quorum: Int) -> (mature: [Waiting], gone: [BlockNews]) {
        var mature: [Waiting] = []
        var gone: [BlockNews] = []
        var left: [Waiting] = []
        for block in waiting {
            let isMissed = block.answers.count { !$0.isMature } >= quorum
            let isFound = block.window != nil && block.answers.count { $0.isMature } >= quorum
            if block.coinbase.height > height {
                left.append(block)
            } else if isDone(block.coinbase.transaction) {
                // Blocks may differ in their headers only, but a coinbase is paid once.
                gone.append(BlockNews(id: block.coinbase.block, verdict: .known))
            } else if isMissed {
                gone.append(BlockNews(id: block.coinbase.block, verdict: .missing))
            } else if isFound {
                mature.append(block)
            } else {
                left.append(block)
            }
        }
        waiting = left
        return (mature, gone)
    }

    /// A coinbase is paid, or too small; false if it was before.
    mutating func finish(_ transaction: Hash256) -> Bool {
        guard !isDone(transaction) else { return false }
        done.insert(transaction, at: done.firstIndex(atOrAbove: UInt256(transaction)) { UInt256($0) })
        return true
    }
}

extension BlockBook.Waiting {
    /// The block's hash as a number, by which blocks of a height are ordered.
    var number: UInt256 { UInt256(coinbase.block) }
}
