import Bitcoin
import Shares
import Wire

@testable import Accounting

/// The page's rules on blocks and payouts read off a whole log, without a thought for speed.
struct PayoutOracle {
    struct Block {
        let coinbase: FoundCoinbase
        let recorder: Int
        /// The commit that recorded it.
        let commit: Int
        let position: Int
        /// By lane, once the window is drawn.
        var weights: [Int]?
    }

    struct Paid: Equatable {
        let block: Hash256
        let outputs: [Int]
        let fee: Int
    }

    /// Ids of coinbases that are paid or too small.
    private var done: [Hash256] = []

    let log: ShareBookOracle
    /// By commit and lane: work and weight.
    private let credits: [[UInt128]]
    private let terms: GenesisTerms
    private(set) var paid: [Paid] = []
    private(set) var balances: [Int]
    /// Commits up to the K of such heights are joined.
    private var joinedHeight: UInt32?

    init(_ log: ShareBookOracle) {
        self.log = log
        credits = log.closed().values.flatMap(\.credits)
        terms = log.genesis.terms
        balances = [Int](repeating: 0, count: log.configuration.authors.count)
        var waiting: [Block] = []
        var answers: [Hash256: [Int: Bool]] = [:]
        for (index, commit) in log.commits.enumerated() {
            for vertex in commit.vertices {
                for record in vertex.records {
                    take(record, Int(vertex.author), index + 1, &waiting, &answers)
                }
            }
            sweep(after: index + 1, &waiting)
            draw(after: index + 1, &waiting)
            pay(after: index + 1, &waiting, &answers)
            join(after: index + 1, waiting)
        }
    }

    private var lag: UInt32 { UInt32(terms.closingLag) }

    private func isVoter(_ lane: Int) -> Bool { log.configuration.authors[lane].isVoter }

    /// K of a height, if it has one by a commit.
    private func commit(of height: UInt32, by last: Int) -> Int? {
        (1...last).first { log.fixed(after: $0).map { $0 >= height } ?? false }
    }

    private func take(
        _ record: [UInt8], _ lane: Int, _ commit: Int, _ waiting: inout [Block],
        _ answers: inout [Hash256: [Int: Bool]]
    ) {
        switch try? Record(decoding: record) {
        case .blockFound(let found):
            guard let coinbase = FoundCoinbase(found, syndicate: log.genesis.syndicateID) else { return }
            let height = coinbase.height
            let isOpen = height >= log.lowestOpen(before: commit)
            guard coinbase.script == log.genesis.bootstrapScript, let fixed = log.fixed(after: commit),
                isOpen || isReported(coinbase),
                height <= fixed + lag + 1,
                waiting.count(where: { $0.recorder == lane && $0.coinbase.height == height }) < 4,
                !waiting.contains(where: { $0.coinbase.block == coinbase.block }),
                !done.contains(coinbase.transaction)
            else { return }
            let position = Int(coinbase.position.k)
            let hash = position == 0 ? log.genesis.syndicateID : log.commits[position - 1].hash
            let isGood = position < commit && hash == coinbase.position.hash && isOpen
            waiting.append(Block(coinbase: coinbase, recorder: lane, commit: commit, position: isGood ? position : 0))
            answers[coinbase.block] = [:]
        case .coinbaseAnswer(let answer): if isVoter(lane) { answers[answer.block]?[lane] = answer.isMature }
        default: return
        }
    }

    private func isReported(_ coinbase: FoundCoinbase) -> Bool {
        log.isReported(coinbase.height, .init(previous: coinbase.previousBlock, target: coinbase.target))
    }

    /// Heights that close in a commit lose blocks that voters know nothing of.
    private func sweep(after commit: Int, _ waiting: inout [Block]) {
        let closed = log.lowestOpen(before: commit)..<log.lowestOpen(before: commit + 1)
        waiting.removeAll { closed.contains($0.coinbase.height) && !isReported($0.coinbase) }
    }

    private mutating func pay(
        after commit: Int, _ waiting: inout [Block], _ answers: inout [Hash256: [Int: Bool]]
    ) {
        let quorum = Quorum(voters: log.configuration.authors.count { $0.isVoter }).decision
        let order = waiting.sorted {
            $0.coinbase.height == $1.coinbase.height
                ? $0.coinbase.block.description < $1.coinbase.block.description
                : $0.coinbase.height < $1.coinbase.height
        }
        for block in order {
            let height = block.coinbase.height
            guard let fixed = log.fixed(after: commit), fixed >= height + 100 + lag else { continue }
            let said = (answers[block.coinbase.block] ?? [:]).values
            let isGone = said.count { !$0 } >= quorum
            if !isGone {
                guard said.count(where: { $0 }) >= quorum, let weights = block.weights else { continue }
                if !done.contains(block.coinbase.transaction) { pay(block.coinbase, weights) }
                done.append(block.coinbase.transaction)
            }
            waiting.removeAll { $0.coinbase.block == block.coinbase.block }
            answers[block.coinbase.block] = nil
        }
    }

    private func draw(after commit: Int, _ waiting: inout [Block]) {
        for index in waiting.indices where waiting[index].weights == nil {
            guard let lowest = self.commit(of: waiting[index].coinbase.height - 2, by: commit) else { continue }
            let end = max(lowest, waiting[index].position)
            guard let reached = log.fixed(after: end), log.lowestOpen(before: commit + 1) > reached + lag + 1 else {
                continue
            }
            waiting[index].weights = window(end)
        }
    }

    private mutating func join(after commit: Int, _ waiting: [Block]) {
        guard log.fixed(after: commit) != log.fixed(after: commit - 1) else { return }
        let open = log.lowestOpen(before: commit + 1)
        let lowest = waiting.filter { $0.weights == nil }.map(\.coinbase.height).reduce(open) { min($0, $1) }
        if lowest >= 2 { joinedHeight = max(joinedHeight ?? 0, lowest - 2) }
    }

    /// For each commit the last one of the segment that it is in.
    private func segments(through end: Int) -> [Int] {
        let last = joinedHeight.flatMap { commit(of: $0, by: log.commits.count) } ?? 0
        return (1...end).map { commit in
            guard commit <= last else { return commit }
            // The first commit from there on at which heights got their K.
            return (commit...last).first { log.fixed(after: $0) != log.fixed(after: $0 - 1) } ?? last
        }
    }

    /// The weight of each lane in the window that ends at a commit.
    private func window(_ end: Int) -> [Int] {
        let segments = segments(through: end)
        var left = Int(terms.windowMultiple) << Int(terms.regtestLevel - 33)
        var weights = [Int](repeating: 0, count: balances.count)
        for segment in Set(segments).sorted(by: >) where left > 0 && segment <= end {
            let inside = credits.filter { $0[0] <= UInt128(end) && segments[Int($0[0]) - 1] == segment }
            let works = sums(inside, 2)
            let all = works.reduce(0, +)
            guard all > 0 else { continue }
            let wanted = min(left, all)
            var parts = works.map { $0 * wanted / all }
            for lane in works.indices.sorted(by: { works[$0] == works[$1] ? $0 < $1 : works[$0] > works[$1] }) {
                parts[lane] += min(wanted - parts.reduce(0, +), works[lane] - parts[lane])
            }
            for (lane, weight) in sums(inside, 3).enumerated() where works[lane] > 0 {
                weights[lane] += weight * parts[lane] / works[lane]
            }
            left -= wanted
        }
        return weights
    }

    private func sums(_ credits: [[UInt128]], _ column: Int) -> [Int] {
        log.configuration.authors.indices.map { lane in
            credits.filter { $0[1] == UInt128(lane) }.reduce(0) { $0 + Int($1[column]) }
        }
    }

    private mutating func pay(_ coinbase: FoundCoinbase, _ found: [Int]) {
        var weights = found
        if weights.allSatisfy({ $0 == 0 }) {
            weights = log.configuration.authors.map { $0.key == coinbase.msp ? 1 : 0 }
        }
        let value = Int(coinbase.value.satoshis)
        let parties = weights.indices.filter { weights[$0] > 0 || balances[$0] != 0 }
        var payees = parties
        while !payees.isEmpty {
            let fee = fee(payees.count)
            guard value >= fee else { break }
            let due = due(value - fee, weights)
            var left = payees.filter { due[$0] >= Int(terms.minimumOutput) }
            if left == payees {
                let parts = split(value - fee, payees.map { due[$0] })
                left = zip(payees, parts).filter { $1 >= Int(terms.minimumOutput) }.map { $0.0 }
                if left == payees { return pay(coinbase, due, fee, payees, parts) }
            }
            payees = left
        }
        let fee = fee(1)
        guard value - fee >= 546 else {
            paid.append(Paid(block: coinbase.block, outputs: [], fee: -1))
            return
        }
        let due = due(value - fee, weights)
        guard let best = parties.first(where: { one in parties.allSatisfy { due[$0] <= due[one] } }) else { return }
        pay(coinbase, due, fee, [best], [value - fee])
    }

    private mutating func pay(_ coinbase: FoundCoinbase, _ due: [Int], _ fee: Int, _ payees: [Int], _ parts: [Int]) {
        var outputs = [Int](repeating: 0, count: due.count)
        for (lane, part) in zip(payees, parts) { outputs[lane] = part }
        balances = zip(due, outputs).map { $0 - $1 }
        paid.append(Paid(block: coinbase.block, outputs: outputs, fee: fee))
    }

    private func due(_ amount: Int, _ weights: [Int]) -> [Int] {
        zip(split(amount, weights), balances).map { $0 + $1 }
    }

    /// 68 virtual bytes of frame and input, rounded up, and 43 of each taproot output, at what the second lowest of
    /// four voters says.
    private func fee(_ outputs: Int) -> Int {
        let estimates = log.commits[0].vertices.filter { isVoter(Int($0.author)) }.compactMap { $0.facts?.feeRate }
        let rate = Int(max(estimates.sorted()[1], terms.lowestFeeRate))
        return ((68 + 43 * outputs) * rate + 999) / 1_000
    }

    private func split(_ amount: Int, _ weights: [Int]) -> [Int] {
        let all = weights.reduce(0, +)
        var parts = weights.map { $0 * amount / all }
        var rest = amount - parts.reduce(0, +)
        for (index, _) in weights.enumerated().sorted(by: { ($1.1 * amount % all, $0.0) < ($0.1 * amount % all, $1.0) })
        where rest > 0 {
            parts[index] += 1
            rest -= 1
        }
        return parts
    }
}
