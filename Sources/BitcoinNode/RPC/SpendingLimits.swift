internal import Bitcoin

/// What the caller of `sendrawtransaction` or `testmempoolaccept` allows at most.
struct SpendingLimits {
    /// Satoshis for 1,000 vbytes; nil for any.
    private let feeRate: Int64?
    /// Satoshis in outputs that nobody can spend.
    private let burned: Int64

    /// The words of bitcoind for a fee beyond the limit.
    static let feeTooHigh = "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)"

    /// Reads the second and third argument, in bitcoins: 0.10 and 0 where they are left out.
    init(_ parameters: RPCParameters) throws(RPCError) {
        let rate = try Self.satoshis(parameters[1]) ?? 10_000_000
        feeRate = rate == 0 ? nil : rate
        burned = try Self.satoshis(parameters[2]) ?? 0
    }

    func allowFee(of entry: TransactionPool.Entry) -> Bool {
        guard let feeRate else {
            return true
        }
        let allowed = feeRate.multipliedReportingOverflow(by: Int64(entry.virtualSize))
        return allowed.overflow || entry.fee.satoshis <= allowed.partialValue / 1000
    }

    func allowBurning(of transaction: Transaction) -> Bool {
        transaction.outputs.allSatisfy { $0.script.canBeSpent || $0.satoshis <= burned }
    }

    /// An amount in bitcoins, as a number or text, in satoshis.
    private static func satoshis(_ value: JSONValue?) throws(RPCError) -> Int64? {
        let text: String
        switch value {
        case nil: return nil
        case .number(let number): text = number
        case .string(let string): text = string
        default: throw .type("Amount is not a number or string")
        }
        guard let amount = Amount(bitcoinText: text) else {
            throw .type("Invalid amount")
        }
        return amount.satoshis
    }
}
