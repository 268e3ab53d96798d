public import Bitcoin

/// A share difficulty as pools write it, and the target that it means. Exact: no floating point.
///
/// The target is floor(0xFFFF * 2^208 / difficulty), cut to 2^256 - 1.
public struct StratumDifficulty: Hashable, Sendable {
    /// The number as it was written.
    public let text: String

    /// The greatest hash that counts.
    public let target: Target

    /// Difficulty 1: what holds before a pool has named one.
    public static let one = StratumDifficulty(text: "1", target: .difficultyOne)

    /// More digits than these are cut off; they would change the target by less than one part in 10^60.
    private static let mostDigits = 60

    private init(text: String, target: Target) {
        self.text = text
        self.target = target
    }

    /// Reads a positive decimal number such as `1024`, `0.5` or `1e-9`; nil for anything else.
    public init?(_ text: String) {
        guard let number = Decimal(text) else {
            return nil
        }
        self.init(text: text, target: number.target)
    }

    /// digits * 10^exponent.
    private struct Decimal {
        var digits: UInt256
        var exponent: Int

        init?(_ text: String) {
            let parts = text.lowercased().split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
            let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let fraction = mantissa.count > 1 ? mantissa[1] : ""
            guard !mantissa[0].isEmpty, mantissa.count == 1 || !fraction.isEmpty else {
                return nil
            }
            exponent = 0
            if parts.count > 1 {
                // Beyond four digits the target is 0 or 2^256 - 1 whatever they are.
                guard let written = Int(parts[1].prefix(12)) else { return nil }
                exponent = min(max(written, -9_999), 9_999)
            }
            exponent -= fraction.count
            digits = .zero
            var significant = 0
            for character in (mantissa[0] + fraction).utf8 {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
                if significant == StratumDifficulty.mostDigits {
                    exponent += 1
                    continue
                }
                significant += significant > 0 || character != UInt8(ascii: "0") ? 1 : 0
                digits =
                    digits.multipliedReportingOverflow(by: 10).partialValue
                    .addingReportingOverflow(UInt256(character - UInt8(ascii: "0"))).partialValue
            }
            guard digits != .zero else {
                return nil
            }
        }

        /// Long division, digit by digit: each step multiplies or divides by ten.
        var target: Target {
            guard var (quotient, rest) = Target.difficultyOne.value.quotientAndRemainder(dividingBy: digits) else {
                return Target(value: .max)
            }
            var exponent = exponent
            while exponent > 0, quotient != .zero {
                quotient = quotient.quotientAndRemainder(dividingBy: UInt256(UInt8(10)))?.quotient ?? .zero
                exponent -= 1
            }
            while exponent < 0 {
                // The rest is below 10^60, so ten times it stays below 2^256.
                let scaled = rest.multipliedReportingOverflow(by: 10).partialValue
                guard let next = scaled.quotientAndRemainder(dividingBy: digits) else {
                    return Target(value: .max)
                }
                let (shifted, overflow) = quotient.multipliedReportingOverflow(by: 10)
                let (sum, carry) = shifted.addingReportingOverflow(next.quotient)
                guard !overflow, !carry else {
                    return Target(value: .max)
                }
                (quotient, rest) = (sum, next.remainder)
                exponent += 1
            }
            return Target(value: quotient)
        }
    }
}
