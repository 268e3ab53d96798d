import Bitcoin
import Mining
import TestSupport
import Testing

@Suite struct StratumDifficultyTests {
    /// The pool writes every level exactly, and its target is 0xFFFF * 2^(272 - level), exactly.
    @Test(arguments: Target.shareLevels)
    func levelsAreExact(level: UInt8) throws {
        let expected = try #require(Target(shareLevel: level))
        let text = expected.difficulty.decimal(fractionDigits: level < 64 ? 64 - Int(level) : 0)
        #expect(StratumDifficulty(text)?.target == expected, "\(text)")
    }

    @Test(arguments: [
        ("2", "2.0"), ("2", "2e0"), ("2", "0.2e1"), ("2", "20E-1"), ("0.5", "5e-1"), ("0.5", "000.500"),
        ("1000000000", "1e9"), ("1e-9", "0.000000001"), ("16", "0.00016e+5"),
    ])
    func writingsOfOneNumber(plain: String, other: String) throws {
        let expected = try #require(StratumDifficulty(plain))
        #expect(StratumDifficulty(other)?.target == expected.target)
    }

    @Test func wholeNumbersDivide() {
        for seed in 0..<UInt64(Scale.count(200, full: 20_000)) {
            var generator = SeededGenerator(seed: seed)
            let number = max(1, generator.next() >> (generator.next() & 63))
            let quotient = Target.difficultyOne.value.quotientAndRemainder(dividingBy: UInt256(number))?.quotient
            #expect(StratumDifficulty("\(number)")?.target.value == quotient, "seed \(seed): \(number)")
        }
    }

    @Test func decimalsAreRoundedDown() throws {
        // 0xFFFF * 2^208 / 0.3, floored: three times it is at most ten times the numerator, one more is above it.
        let target = try #require(StratumDifficulty("0.3")).target.value
        let ten = Target.difficultyOne.value.multipliedReportingOverflow(by: 10).partialValue
        let three = target.multipliedReportingOverflow(by: 3).partialValue
        let next = three.addingReportingOverflow(UInt256(UInt8(3))).partialValue
        #expect(three <= ten)
        #expect(next > ten)
    }

    @Test func extremes() throws {
        #expect(StratumDifficulty("1e-400")?.target.value == .max)
        #expect(StratumDifficulty("1e400")?.target.value == .zero)
        #expect(StratumDifficulty("1e-9999999")?.target.value == .max)
        let third = String(repeating: "3", count: 500)
        let long = try #require(StratumDifficulty("0." + third)).target.value
        let short = try #require(StratumDifficulty("0." + third.prefix(60))).target.value
        #expect(long == short)
    }

    @Test(arguments: ["", "0", "0.0", "-1", "+1", ".5", "5.", "1e", "e5", "1.2.3", "0x10", "NaN", "inf", "1 "])
    func othersAreNone(text: String) {
        #expect(StratumDifficulty(text) == nil)
    }
}
