import Bitcoin
import TestSupport
import Testing

@Suite struct UInt256Tests {
    private let one = UInt256(UInt8(1))

    /// Random numbers of every length, so that carries and both ways of division occur.
    private func number(_ generator: inout SeededGenerator) -> UInt256 {
        let high = UInt128(generator.next()) << 64 | UInt128(generator.next())
        let low = UInt128(generator.next()) << 64 | UInt128(generator.next())
        return UInt256(high: high, low: low).shiftedRight(by: Int(generator.next() % 257))
    }

    /// left * right by shifts and additions; nil past 2^256.
    private func product(_ left: UInt256, _ right: UInt256) -> UInt256? {
        var sum = UInt256.zero
        for bit in 0..<256 where right.shiftedRight(by: bit).low & 1 == 1 {
            let shifted = left.shiftedLeft(by: bit)
            let (next, overflow) = sum.addingReportingOverflow(shifted)
            guard !overflow, shifted.shiftedRight(by: bit) == left else {
                return nil
            }
            sum = next
        }
        return sum
    }

    private func expectDivision(of dividend: UInt256, by divisor: UInt256, _ comment: Comment) throws {
        let division = try #require(dividend.quotientAndRemainder(dividingBy: divisor), comment)
        #expect(division.remainder < divisor, comment)
        let whole = try #require(product(division.quotient, divisor), comment)
        let (sum, overflow) = whole.addingReportingOverflow(division.remainder)
        #expect(sum == dividend && !overflow, comment)
    }

    @Test func quotientTimesDivisorPlusRemainderIsTheNumber() throws {
        for seed in 0..<UInt64(Scale.count(300, full: 20_000)) {
            var generator = SeededGenerator(seed: seed)
            let dividend = number(&generator)
            let divisor = max(number(&generator), one)
            try expectDivision(of: dividend, by: divisor, "seed \(seed)")
        }
        #expect(one.quotientAndRemainder(dividingBy: .zero) == nil)
    }

    @Test func dividesNumbersBesidePowersOfTwo() throws {
        let powers = [1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 254, 255].map { one.shiftedLeft(by: $0) }
        let edges = powers.flatMap { power in
            [
                power, power.addingReportingOverflow(one).partialValue,
                power.subtractingReportingOverflow(one).partialValue,
            ]
        }
        for dividend in edges + [.max, .zero] {
            for divisor in edges + [.max] {
                try expectDivision(of: dividend, by: divisor, "\(dividend) / \(divisor)")
            }
        }
    }

    @Test func multipliesAndReportsOverflow() {
        for seed in 0..<UInt64(Scale.count(300, full: 20_000)) {
            var generator = SeededGenerator(seed: seed)
            let value = number(&generator)
            let factor = generator.next() >> (generator.next() % 65)
            let (result, overflow) = value.multipliedReportingOverflow(by: factor)
            let reference = product(value, UInt256(factor))
            #expect(overflow == (reference == nil), "seed \(seed)")
            #expect(overflow || result == reference, "seed \(seed)")
            let full = UInt256(multiplying: value.low, by: UInt128(factor))
            #expect(full == product(UInt256(value.low), UInt256(factor)), "seed \(seed)")
        }
    }

    @Test func addsAndSubtracts() {
        for seed in 0..<UInt64(300) {
            var generator = SeededGenerator(seed: seed)
            let (left, right) = (number(&generator), number(&generator))
            let (sum, overflow) = left.addingReportingOverflow(right)
            #expect(sum.subtractingReportingOverflow(right).partialValue == left, "seed \(seed)")
            #expect(overflow == (sum < left), "seed \(seed)")
            #expect(left.subtractingReportingOverflow(right).overflow == (left < right), "seed \(seed)")
        }
        #expect(UInt256.max.addingReportingOverflow(one) == (.zero, true))
        #expect(UInt256.zero.subtractingReportingOverflow(one) == (.max, true))
    }

    @Test func takesPartsExactly() throws {
        for seed in 0..<UInt64(300) {
            var generator = SeededGenerator(seed: seed)
            let value = number(&generator).shiftedRight(by: 64 + Int.random(in: 0..<190, using: &generator))
            let numerator =
                UInt64.random(in: 0 ... .max, using: &generator) >> UInt64.random(in: 0..<60, using: &generator)
            let denominator =
                UInt128.random(in: 1 ... .max, using: &generator) >> UInt128.random(in: 0..<127, using: &generator)
            guard denominator > 0 else { continue }
            let (product, overflow) = value.multipliedReportingOverflow(by: numerator)
            #expect(!overflow)
            let expected = try #require(product.quotientAndRemainder(dividingBy: UInt256(denominator))).quotient
            let isFar = value.quotientAndRemainder(dividingBy: UInt256(denominator))?.quotient.asUInt128 == nil
            #expect(value.scaled(by: UInt128(numerator), over: denominator) == (isFar ? nil : expected), "seed \(seed)")
        }
        #expect(one.scaled(by: 1, over: 0) == nil)
        let half = UInt256(high: 1 << 127, low: 0)
        #expect(UInt256.max.scaled(by: 1, over: 1) == nil)
        #expect(UInt256.max.scaled(by: .max, over: .max) == nil, "it is 2^128 + 1 times as large")
        #expect(half.scaled(by: .max, over: .max) == half)
        #expect(UInt256(high: 0, low: .max).scaled(by: .max, over: .max) == UInt256(high: 0, low: .max))
        #expect(UInt256(high: 0, low: .max).scaled(by: .max, over: 1) == UInt256(multiplying: .max, by: .max))
    }

    @Test func shiftsByAnyCount() {
        for count in 0...256 {
            let shifted = one.shiftedLeft(by: count)
            #expect(shifted.significantBitCount == (count == 256 ? 0 : count + 1))
            #expect(shifted.shiftedRight(by: count) == (count == 256 ? .zero : one))
        }
        #expect(UInt256.max.shiftedLeft(by: .max) == .zero)
        #expect(UInt256.max.shiftedRight(by: .max) == .zero)
        #expect(UInt256.max.shiftedLeft(by: .min) == .max)
        #expect(UInt256.max.shiftedRight(by: -1) == .max)
        #expect(~UInt256.max == .zero)
    }

    @Test func convertsToHashesAndDecimal() throws {
        let text = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        #expect(UInt256.max.description == text)
        #expect(UInt256.zero.description == "0")
        #expect(UInt256(UInt64(10_000_000_000_000_000_000)).description == "10000000000000000000")
        #expect(UInt256(high: 1, low: 0).description == "340282366920938463463374607431768211456")
        let hash = try Hash256(displayHex: String(repeating: "0", count: 62) + "2a")
        #expect(UInt256(hash) == UInt256(UInt8(42)))
        #expect(UInt256(UInt8(42)).hash == hash)
        #expect(UInt256(UInt8(42)).asUInt128 == 42)
        #expect(UInt256(high: 1, low: 0).asUInt128 == nil)
    }
}
