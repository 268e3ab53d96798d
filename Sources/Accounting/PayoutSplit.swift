internal import Bitcoin

/// How payouts are cut.
struct PayoutTerms: Hashable, Sendable {
    /// The smallest output, satoshis.
    let minimum: Int64
    /// Satoshis for 1,000 virtual bytes.
    let feeRate: Int64

    /// The smallest output where nobody is due the minimum: less is not relayed.
    static let dust: Int64 = 546
}

/// A block's amount split among MSPs, to the satoshi (docs/protocol/accounting.md, Payouts).
struct PayoutSplit: Hashable, Sendable {
    /// What each party gets, satoshis; 0 without an output.
    let paid: [Int64]
    /// What each is owed afterwards. Together they are as much as before.
    let balances: [Int64]
    /// What the outputs leave of the block's value.
    let fee: Int64

    /// Splits a coinbase's value; nil where it is too small.
    ///
    /// - Parameter parties: ascending by key, one at least with weight.
    init?(of coinbase: FoundCoinbase, among parties: [PayoutParty], _ terms: PayoutTerms) {
        var places = Array(parties.indices)
        while !places.isEmpty, let dues = PayoutDues(coinbase, parties, paying: places, terms) {
            var left = places.filter { dues.due[$0] >= terms.minimum }
            if left.count == places.count {
                guard let paid = dues.paid(places) else { return nil }
                left = places.filter { paid[$0] >= terms.minimum }
                if left.count == places.count {
                    self.init(dues, paid)
                    return
                }
            }
            places = left
        }
        self.init(of: coinbase, toOneOf: parties, terms)
    }

    /// The whole for whoever is due most, where nobody is due the minimum.
    private init?(of coinbase: FoundCoinbase, toOneOf parties: [PayoutParty], _ terms: PayoutTerms) {
        var best: (place: Int, dues: PayoutDues)?
        for place in parties.indices {
            guard let dues = PayoutDues(coinbase, parties, paying: [place], terms) else { continue }
            if best.map({ dues.due[place] > $0.dues.due[$0.place] }) ?? true { best = (place, dues) }
        }
        guard let (place, dues) = best, dues.amount.satoshis >= PayoutTerms.dust else { return nil }
        var paid = [Int64](repeating: 0, count: parties.count)
        paid[place] = dues.amount.satoshis
        self.init(dues, paid)
    }

    private init(_ dues: PayoutDues, _ paid: [Int64]) {
        self.paid = paid
        balances = zip(dues.due, paid).map { $0 - $1 }
        fee = dues.fee
    }
}

/// What every party is due if some of them get an output.
private struct PayoutDues {
    let fee: Int64
    /// What is left of the value.
    let amount: Amount
    /// By party: its part and its balance, satoshis.
    let due: [Int64]

    init?(_ coinbase: FoundCoinbase, _ parties: [PayoutParty], paying places: [Int], _ terms: PayoutTerms) {
        let outputs = places.map { TransactionOutput(amount: .zero, script: parties[$0].script) }
        var transaction = Transaction(spending: coinbase, outputs)
        transaction.inputs[0].witness = [[UInt8](repeating: 0, count: 64)]
        fee = (terms.feeRate * Int64(transaction.virtualSize) + 999) / 1_000
        guard let amount = Amount(satoshis: coinbase.value.satoshis - fee),
            let parts = Apportionment(of: amount, by: parties.map(\.weight))?.parts
        else { return nil }
        self.amount = amount
        var due: [Int64] = []
        for (part, party) in zip(parts, parties) {
            let (sum, overflow) = part.satoshis.addingReportingOverflow(party.balance)
            // Far from where any sum below could overflow.
            guard !overflow, sum.magnitude < 1 << 62 else { return nil }
            due.append(sum)
        }
        self.due = due
    }

    /// The amount split by what some parties are due, each at least 1 satoshi.
    func paid(_ places: [Int]) -> [Int64]? {
        let weights = places.map { UInt256(UInt64(due[$0])) }
        guard let parts = Apportionment(of: amount, by: weights)?.parts else { return nil }
        var paid = [Int64](repeating: 0, count: due.count)
        for (place, part) in zip(places, parts) { paid[place] = part.satoshis }
        return paid
    }
}

extension Transaction {
    /// The payout of a coinbase, not signed.
    init(spending coinbase: FoundCoinbase, _ outputs: [TransactionOutput]) {
        let input = TransactionInput(
            outPoint: OutPoint(txid: coinbase.transaction, index: 0), scriptSig: Script([]), sequence: 0xffff_fffd)
        self.init(inputs: [input], outputs: outputs)
    }
}
