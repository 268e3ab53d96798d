/// How many events took how long, in buckets from 50 microseconds to 5 seconds.
public struct LatencyHistogram: Hashable, Sendable {
    /// The bounds of all buckets but the last, in microseconds: bucket i counts what took at most `bounds[i]` and
    /// longer than the bound before; the last counts the rest.
    public static let bounds: [UInt64] = [
        50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
        2_000_000, 5_000_000,
    ]

    /// The counts, one more than there are bounds. Not cumulative.
    public private(set) var buckets: [UInt64]

    /// The sum of all durations, in microseconds.
    public private(set) var sum: UInt64

    /// Nothing happened yet.
    public init() {
        buckets = [UInt64](repeating: 0, count: Self.bounds.count + 1)
        sum = 0
    }

    /// Counts from elsewhere; missing buckets count as empty, surplus ones are dropped.
    init(buckets: [UInt64], sum: UInt64) {
        self.init()
        for (index, count) in buckets.prefix(self.buckets.count).enumerated() {
            self.buckets[index] = count
        }
        self.sum = sum
    }

    /// How many events there were.
    public var count: UInt64 { buckets.reduce(0, &+) }

    /// Counts an event that took so many microseconds.
    public mutating func record(microseconds: UInt64) {
        let index = Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count
        buckets[index] &+= 1
        sum &+= microseconds
    }
}
