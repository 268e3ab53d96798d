internal import Bitcoin

extension Amount {
    /// Reads an amount in bitcoins as bitcoind writes it, such as `0.00001000`: digits, and up to eight decimals.
    ///
    /// - Returns: nil for a sign, an exponent, more decimals, or more than there can be.
    init?(bitcoinText text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : "0"
        guard let first = parts.first, (1...8).contains(first.count), (1...8).contains(fraction.count),
            (first + fraction).utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let whole = Int64(first), let digits = Int64(fraction + String(repeating: "0", count: 8 - fraction.count))
        else {
            return nil
        }
        self.init(satoshis: whole * 100_000_000 + digits)
    }
}
