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
        /// Blocks that are paid now.
        public let payouts: [Payout]
    }

    /// What the syndicate owes an MSP, or the MSP the syndicate.
    public struct Balance: Hashable, Sendable {
        /// The MSP.
        public let msp: XOnlyKeyBytes
        /// Satoshis, not 0; below 0 what the MSP owes. All balances add up to 0.
        public let satoshis: Int64
    }

    /// Blocks on a block when its coinbase may be spent.
    private static let maturity: UInt32 = 100

    private let terms: GenesisTerms
    private let size: WindowSize
    /// Which shares count.
    public private(set) var shares: ShareBook
    private var trail = WorkTrail()
    private var blocks = BlockBook()
    /// Where MSPs are paid, ascending by key.
    private let scripts: [Genesis.Member]
    /// Ascending by key.
    public private(set) var balances: [Balance] = []

    /// The ledger at the log's start.
    ///
    /// - Parameter configuration: of epoch 0.
    public init(_ genesis: Genesis, _ configuration: EpochConfiguration) {
        terms = genesis.terms
        size = WindowSize(genesis)
        shares = ShareBook(genesis, configuration)
        scripts = genesis.members
    }

    /// Goes on in the next epoch.
    public mutating func enter(_ configuration: EpochConfiguration) {
        shares.enter(configuration)
        let voters = configuration.authors.filter(\.isVoter).map(\.key)
        blocks.keepAnswers { voters.contains($0) }
    }

    /// Takes the log's next commit.
    public mutating func absorb(_ commit: LedgerCommit) -> Outcome {
        let (outcome, events) = shares.take(commit)
        if let fixed = outcome.fixed { trail.fix(fixed) }
        for height in outcome.closed { trail.add(height.credits) }
        for event in events {
            switch event {
            case .found(let coinbase, let recorder, let position):
                blocks.add(BlockBook.Waiting(coinbase: coinbase, recorder: recorder, position: position))
            case .answer(let block, let isMature, let voter): blocks.answer(block, isMature, by: voter)
            }
        }
        let payouts = pay()
        if outcome.fixed != nil { tidy() }
        return Outcome(shares: outcome, payouts: payouts)
    }

    // MARK: The trail

    private var lag: UInt32 { UInt32(terms.closingLag) }

    private mutating func tidy() {
        let open = shares.lowestOpen
        let lowest = min(open, blocks.lowestUndrawn ?? open)
        if lowest >= 2 { trail.join(through: lowest - 2) }
        if let window = shares.chain.lowerMedian(of: { size.units($0.compactTarget) }) {
            let (work, overflow) = window.multipliedReportingOverflow(by: 5)
            trail.forget(beyond: overflow ? .max : work, newest: 4 * Int(lag) + 8)
        }
    }

    // MARK: Payouts

    private mutating func pay() -> [Payout] {
        blocks.draw(trail, lowestOpen: shares.lowestOpen, lag: lag, size)
        guard let fixed = shares.chain.fixedHeight, fixed >= Self.maturity + lag,
            let estimate = shares.chain.lowerMedian(of: \.feeRate)
        else { return [] }
        let rate = min(max(estimate, terms.lowestFeeRate), terms.highestFeeRate)
        let cut = PayoutTerms(minimum: Int64(terms.minimumOutput), feeRate: Int64(rate))
        let mature = blocks.takeMature(through: fixed - Self.maturity - lag, quorum: shares.quorum.decision)
        return mature.compactMap { pay($0, cut) }
    }

    private mutating func pay(_ block: BlockBook.Waiting, _ terms: PayoutTerms) -> Payout? {
        let parties = parties(of: block)
        guard let split = PayoutSplit(of: block.coinbase, among: parties, terms) else { return nil }
        balances = zip(parties, split.balances).filter { $1 != 0 }.map { Balance(msp: $0.msp, satoshis: $1) }
        return Payout(block.coinbase, parties, split)
    }

    /// Who has weight in a block's window or a balance, ascending by key.
    private func parties(of block: BlockBook.Waiting) -> [PayoutParty] {
        var weights = (block.window ?? []).filter { $0.weight != .zero }
        if weights.isEmpty {
            weights = [WorkTrail.Part(msp: block.coinbase.msp, work: 1, weight: UInt256(UInt8(1)))]
        }
        let keys = (weights.map(\.msp) + balances.map(\.msp)).sorted()
        return keys.indices.filter { $0 == 0 || keys[$0] != keys[$0 - 1] }.map { place in
            let key = keys[place]
            return PayoutParty(
                msp: key, script: scripts.first { $0.key == key }?.payoutScript,
                weight: weights.first { $0.msp == key }?.weight ?? .zero,
                balance: balances.first { $0.msp == key }?.satoshis ?? 0)
        }
    }
}

extension Payout {
    fileprivate init?(_ coinbase: FoundCoinbase, _ parties: [PayoutParty], _ split: PayoutSplit) {
        var outputs: [Output] = []
        var transactionOutputs: [TransactionOutput] = []
        for (party, satoshis) in zip(parties, split.paid) where satoshis > 0 {
            guard let amount = Amount(satoshis: satoshis), let script = party.script else { return nil }
            outputs.append(Output(msp: party.msp, amount: amount))
            transactionOutputs.append(TransactionOutput(amount: amount, script: script))
        }
        guard let fee = Amount(satoshis: split.fee) else { return nil }
        self.init(
            coinbase: coinbase, outputs: outputs, fee: fee,
            transaction: Transaction(spending: coinbase, transactionOutputs))
    }
}
