/// How much harder a target is than the target of difficulty 1, as an exact fraction.
public struct Difficulty: Hashable, Sendable {
    /// The target of difficulty 1.
    public let numerator: UInt256

    /// The target in question.
    public let denominator: UInt256

    init(of target: Target) {
        numerator = Target.difficultyOne.value
        denominator = target.value
    }

    /// The difficulty rounded down; 2^256 - 1 for the target 0, which nothing meets.
    public var floor: UInt256 {
        wholeAndRest.whole
    }

    /// The difficulty in decimal, cut off (not rounded) after `fractionDigits` digits.
    public func decimal(fractionDigits: Int) -> String {
        let (whole, rest) = wholeAndRest
        var text = whole.description
        guard fractionDigits > 0 else {
            return text
        }
        text += "."
        var remainder = rest
        for _ in 0..<fractionDigits {
            let digit: Int
            (digit, remainder) = nextDigit(after: remainder)
            text += String(digit)
        }
        return text
    }

    private var wholeAndRest: (whole: UInt256, rest: UInt256) {
        let division = numerator.quotientAndRemainder(dividingBy: denominator)
        return (division?.quotient ?? .max, division?.remainder ?? .zero)
    }

    /// floor(10 * remainder / denominator) and what is left, by ten additions, because ten times the remainder may
    /// pass 2^256.
    private func nextDigit(after remainder: UInt256) -> (digit: Int, remainder: UInt256) {
        var digit = 0
        var sum = UInt256.zero
        for _ in 0..<10 {
            let (next, overflow) = sum.addingReportingOverflow(remainder)
            sum = next
            if overflow || next >= denominator {
                sum = next.subtractingReportingOverflow(denominator).partialValue
                digit += 1
            }
        }
        return (digit, sum)
    }
}
