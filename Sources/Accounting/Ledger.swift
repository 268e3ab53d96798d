public import Bitcoin
public import Wire

/// What the ordered log comes to (docs/protocol/accounting.md): which shares count, and what blocks pay to whom.
///
/// Pure and total: the same commits give the same results, and no bytes in them trap.
public struct Ledger: Sendable {
    /// What follows from a commit.
    public struct Outcome: Hashable, Sendable {
        /// What the shares of closed heights came to.
        public let shares: ShareBook.Outcome
        /// Windows that have ended, and in which something counts.
        public internal(set) var settlements: [Settlement] = []
        /// Blocks that are paid now.
        public internal(set) var payouts: [Payout] = []
        /// What becomes of blocks, but for payouts.
        public internal(set) var blocks: [BlockNews] = []
        /// Whether voters sign a checkpoint of the commit.
        public internal(set) var isCheckpoint = false

        init(shares: ShareBook.Outcome) {
            self.shares = shares
        }
    }

    /// What the syndicate owes an MSP, or the MSP the syndicate.
    public struct Balance: Hashable, Sendable {
        /// The MSP.
        public let msp: XOnlyKeyBytes
        /// Satoshis, not 0; below 0 what the MSP owes. All balances add up to 0.
        public let satoshis: Int64
    }

    /// There is a checkpoint every so many commits at least.
    private static let checkpointInterval: UInt64 = 256
    /// Blocks on a block when its coinbase may be spent.
    private static let maturity: UInt32 = 100

    private let terms: GenesisTerms
    private let size: WindowSize
    /// Which shares count.
    public private(set) var shares: ShareBook
    private var trail = WorkTrail()
    private var blocks = BlockBook()
    private var settlements: SettlementBook
    private var runningRoot: LedgerRoot
    /// Who may be paid, and where; ascending by key.
    private let members: [Genesis.Member]
    /// Ascending by key.
    public private(set) var balances: [Balance] = []

    /// The ledger at the log's start.
    ///
    /// - Parameters:
    ///   - configuration: of epoch 0.
    ///   - seed: what nobody else knows, see `ShareBook`; two ledgers with different seeds come to the same.
    public init(_ genesis: Genesis, _ configuration: EpochConfiguration, seed: UInt64 = 0) {
        terms = genesis.terms
        size = WindowSize(genesis)
        shares = ShareBook(genesis, configuration, seed: seed)
        members = genesis.members
        settlements = SettlementBook(genesis)
        runningRoot = LedgerRoot(syndicate: genesis.syndicateID)
    }

    /// A hash over everything that the commits taken so far came to.
    public var root: Hash256 { runningRoot.value }

    /// Goes on in the next epoch.
    public mutating func enter(_ configuration: EpochConfiguration) {
        shares.enter(configuration)
        let voters = configuration.authors.filter(\.isVoter).map(\.key)
        blocks.keepAnswers { voters.contains($0) }
    }

    /// Takes the log's next commit.
    public mutating func absorb(_ commit: LedgerCommit) -> Outcome {
        let lowestOpen = shares.lowestOpen
        let (counted, events) = shares.take(commit)
        if let fixed = counted.fixed { trail.fix(fixed) }
        for height in counted.closed {
            trail.add(height.credits)
            settlements.add(height)
        }
        var outcome = Outcome(shares: counted)
        outcome.blocks = take(events)
        outcome.blocks += blocks.sweep(shares.archive, closed: lowestOpen..<max(lowestOpen, shares.lowestOpen))
        pay(&outcome)
        if counted.fixed != nil { tidy() }
        outcome.settlements = settlements.settle(lowestOpen: shares.lowestOpen)
        outcome.isCheckpoint = !outcome.settlements.isEmpty || commit.number % Self.checkpointInterval == 0
        runningRoot.absorb(commit, outcome, tallies: shares.tallies, balances: balances)
        return outcome
    }

    /// Takes what a commit says of blocks.
    private mutating func take(_ events: [ShareBook.Event]) -> [BlockNews] {
        var news: [BlockNews] = []
        for event in events {
            switch event {
            case .found(let coinbase, let recorder, let position):
                let block = BlockBook.Waiting(coinbase: coinbase, recorder: recorder, position: position)
                news.append(BlockNews(id: coinbase.block, verdict: blocks.add(block)))
            case .refused(let record): news.append(BlockNews(id: record, verdict: .refused))
            case .answer(let block, let isMature, let voter): blocks.answer(block, isMature, by: voter)
            }
        }
        return news
    }

    // MARK: The trail

    private var lag: UInt32 { UInt32(terms.closingLag) }

    private mutating func tidy() {
        let open = shares.lowestOpen
        let lowest = min(open, blocks.lowestUndrawn ?? open)
        if lowest >= 2 { trail.join(through: lowest - 2) }
        guard let hardest = size.hardest(shares.archive) else { return }
        let (work, overflow) = hardest.multipliedReportingOverflow(by: 5)
        // Shares of a height come until L heights later, and name heights L + 1 above: what is older grows no more.
        trail.forget(beyond: overflow ? .max : work, newest: 4 * Int(lag) + 8)
    }

    // MARK: Payouts

    private mutating func pay(_ outcome: inout Outcome) {
        let (size, archive) = (size, shares.archive)
        blocks.draw(trail, lowestOpen: shares.lowestOpen, lag: lag) { size.units(of: $0, archive) }
        guard let fixed = shares.chain.fixedHeight, fixed >= Self.maturity + lag,
            let estimate = shares.chain.lowerMedian(of: \.feeRate)
        else { return }
        let rate = min(max(estimate, terms.lowestFeeRate), terms.highestFeeRate)
        let cut = PayoutTerms(minimum: Int64(terms.minimumOutput), feeRate: Int64(rate))
        let (mature, gone) = blocks.takeMature(through: fixed - Self.maturity - lag, quorum: shares.quorum.decision)
        outcome.blocks += gone
        for block in mature {
            let isFirst = blocks.finish(block.coinbase.transaction)
            if isFirst, let payout = pay(block, cut) {
                outcome.payouts.append(payout)
            } else {
                outcome.blocks.append(BlockNews(id: block.coinbase.block, verdict: isFirst ? .tooSmall : .known))
            }
        }
    }

    private mutating func pay(_ block: BlockBook.Waiting, _ cut: PayoutTerms) -> Payout? {
        let parties = parties(of: block)
        guard let split = PayoutSplit(of: block.coinbase, among: parties, cut),
            let payout = Payout(block.coinbase, parties, split)
        else { return nil }
        balances = zip(parties, split.balances).filter { $1 != 0 }.map { Balance(msp: $0.msp, satoshis: $1) }
        return payout
    }

    /// Who has weight in a block's window or a balance, ascending by key.
    private func parties(of block: BlockBook.Waiting) -> [PayoutParty] {
        var weights = (block.window ?? []).filter { $0.weight != .zero }
        if weights.isEmpty {
            // The MSP whose job it was; where that is nobody, all alike.
            let own = members.filter { $0.key == block.coinbase.msp }
            weights = (own.isEmpty ? members : own).map { .init(msp: $0.key, work: 1, weight: UInt256(UInt8(1))) }
        }
        return members.compactMap { member in
            let weight = weights.first { $0.msp == member.key }?.weight
            let balance = balances.first { $0.msp == member.key }?.satoshis
            guard weight != nil || balance != nil else { return nil }
            return PayoutParty(
                msp: member.key, script: member.payoutScript, weight: weight ?? .zero, balance: balance ?? 0)
        }
    }
}

extension Payout {
    fileprivate init?(_ coinbase: FoundCoinbase, _ parties: [PayoutParty], _ split: PayoutSplit) {
        var outputs: [Output] = []
        var transactionOutputs: [TransactionOutput] = []
        for (party, satoshis) in zip(parties, split.paid) where satoshis > 0 {
            guard let amount = Amount(satoshis: satoshis) else { return nil }
            outputs.append(Output(msp: party.msp, amount: amount))
            transactionOutputs.append(TransactionOutput(amount: amount, script: party.script))
        }
        guard let fee = Amount(satoshis: split.fee) else { return nil }
        self.init(
            coinbase: coinbase, outputs: outputs, fee: fee,
            transaction: Transaction(spending: coinbase, transactionOutputs))
    }
}
