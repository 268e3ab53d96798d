public import Bitcoin

/// Splits an amount by largest remainders, to the satoshi (docs/protocol/accounting.md, Apportionment).
public struct Apportionment: Hashable, Sendable {
    /// What each party gets, in the order of the weights.
    public let parts: [Amount]
    /// What nobody gets: the whole amount where all weights are 0, else nothing.
    public let rest: Amount

    /// Splits an amount.
    ///
    /// - Parameter weights: one for each party, in the order in which ties are broken.
    /// - Returns: nil where the sum of the weights, or a weight times the amount, is 2^256 or more.
    public init?(of amount: Amount, by weights: [UInt256]) {
        var total = UInt256.zero
        for weight in weights {
            let (sum, overflow) = total.addingReportingOverflow(weight)
            guard !overflow else { return nil }
            total = sum
        }
        guard total != .zero else {
            parts = weights.map { _ in .zero }
            rest = amount
            return
        }
        guard let shares = Self.shares(of: amount, by: weights, total) else { return nil }
        var satoshis = shares.map(\.whole)
        let left = Int(amount.satoshis - satoshis.reduce(0, +))
        let order = shares.indices.sorted {
            shares[$0].remainder == shares[$1].remainder ? $0 < $1 : shares[$0].remainder > shares[$1].remainder
        }
        for index in order.prefix(left) { satoshis[index] += 1 }
        let amounts = satoshis.compactMap { Amount(satoshis: $0) }
        guard amounts.count == weights.count else { return nil }
        parts = amounts
        rest = .zero
    }

    /// Each party's whole satoshis, and what remains of its part in units of a satoshi over the total weight.
    private static func shares(
        of amount: Amount, by weights: [UInt256], _ total: UInt256
    ) -> [(whole: Int64, remainder: UInt256)]? {
        var shares: [(whole: Int64, remainder: UInt256)] = []
        shares.reserveCapacity(weights.count)
        for weight in weights {
            let (product, overflow) = weight.multipliedReportingOverflow(by: UInt64(amount.satoshis))
            guard !overflow, let (quotient, remainder) = product.quotientAndRemainder(dividingBy: total),
                let whole = quotient.asUInt128.flatMap({ Int64(exactly: $0) })
            else { return nil }
            shares.append((whole, remainder))
        }
        return shares
    }
}
