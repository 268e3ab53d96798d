import Accounting
import Bitcoin
import TestSupport
import Testing

/// Amounts are split to the satoshi, and nobody is off by one.
@Suite struct ApportionmentTests {
    private func amount(_ satoshis: Int64) throws -> Amount {
        try #require(Amount(satoshis: satoshis))
    }

    private func split(_ satoshis: Int64, _ weights: [UInt64]) throws -> [Int64] {
        try #require(Apportionment(of: amount(satoshis), by: weights.map { UInt256($0) })).parts.map(\.satoshis)
    }

    @Test func examples() throws {
        #expect(try split(100, [1, 1, 1]) == [34, 33, 33], "ties go to who comes first")
        #expect(try split(101, [1, 1, 1]) == [34, 34, 33])
        #expect(try split(10, [5, 3, 1]) == [6, 3, 1], "remainders 5/9, 3/9 and 1/9")
        #expect(try split(2, [1, 1, 1, 1]) == [1, 1, 0, 0])
        #expect(try split(7, [0, 2, 0]) == [0, 7, 0])
        #expect(try split(0, [3, 4]) == [0, 0])
        #expect(try split(5, []) == [])
    }

    @Test func withoutAnyWorkNobodyGetsAnything() throws {
        for weights in [[], [UInt256.zero, .zero]] {
            let found = try #require(Apportionment(of: amount(7), by: weights))
            #expect(found.parts.allSatisfy { $0 == .zero } && found.rest.satoshis == 7)
        }
    }

    @Test func whatOverflowsIsRefused() throws {
        #expect(Apportionment(of: try amount(1), by: [.max, UInt256(UInt8(1))]) == nil)
        #expect(Apportionment(of: try amount(2), by: [.max]) == nil)
        #expect(try #require(Apportionment(of: amount(1), by: [.max])).parts.map(\.satoshis) == [1])
        let half = UInt256(high: 1 << 76, low: 0)
        let parts = try #require(Apportionment(of: .maximum, by: [half, half])).parts
        #expect(parts.map(\.satoshis) == [1_050_000_000_000_000, 1_050_000_000_000_000])
    }

    /// The sum is exact; every part is its exact share rounded down or up; nobody with a larger remainder was passed
    /// over; and whoever does more gets no less.
    @Test func properties() throws {
        for seed in 0..<UInt64(Scale.count(2_000, full: 100_000)) {
            var generator = SeededGenerator(seed: seed)
            let bits = UInt64.random(in: 1...40, using: &generator)
            let weights = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                UInt64.random(in: 0..<(1 << bits), using: &generator)
            }
            let total = weights.reduce(0, +)
            let satoshis = Int64.random(in: 0...(1 << 20), using: &generator)
            let parts = try split(satoshis, weights)
            guard total > 0 else { continue }
            #expect(parts.reduce(0, +) == satoshis, "seed \(seed)")
            let exact = weights.map { (UInt64(satoshis) * $0).quotientAndRemainder(dividingBy: total) }
            for (part, share) in zip(parts, exact) {
                #expect(part == Int64(share.quotient) || part == Int64(share.quotient) + 1, "seed \(seed)")
            }
            let raised = zip(parts, exact).filter { $0 > Int64($1.quotient) }.map(\.1.remainder)
            let others = zip(parts, exact).filter { $0 == Int64($1.quotient) }.map(\.1.remainder)
            #expect(raised.min() ?? .max >= others.max() ?? 0, "seed \(seed)")
            let sorted = zip(weights, parts).sorted { $0.0 < $1.0 }
            for (a, b) in zip(sorted, sorted.dropFirst()) where a.0 < b.0 { #expect(a.1 <= b.1, "seed \(seed)") }
        }
    }
}
