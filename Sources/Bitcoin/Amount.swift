/// An amount of money in satoshis, always within 0 ... 21,000,000 bitcoin.
public struct Amount: Hashable, Sendable, Comparable {
    /// The amount in satoshis, 0 ... 2,100,000,000,000,000.
    public let satoshis: Int64

    /// No money.
    public static let zero = Amount(unchecked: 0)

    /// All bitcoin there can be, the consensus bound on one amount and on a transaction's sum.
    public static let maximum = Amount(unchecked: 2_100_000_000_000_000)

    /// An amount in satoshis; nil outside 0 ... 21,000,000 bitcoin.
    public init?(satoshis: Int64) {
        guard (0...Self.maximum.satoshis).contains(satoshis) else {
            return nil
        }
        self.satoshis = satoshis
    }

    private init(unchecked satoshis: Int64) {
        self.satoshis = satoshis
    }

    /// The sum; nil above the maximum.
    public func adding(_ other: Amount) -> Amount? {
        Amount(satoshis: satoshis + other.satoshis)
    }

    /// The difference; nil below zero.
    public func subtracting(_ other: Amount) -> Amount? {
        Amount(satoshis: satoshis - other.satoshis)
    }

    /// Whether one amount is smaller.
    public static func < (left: Amount, right: Amount) -> Bool {
        left.satoshis < right.satoshis
    }
}
