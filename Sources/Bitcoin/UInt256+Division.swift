extension UInt256 {
    /// The quotient, rounded down, and the remainder; nil for a divisor of zero.
    public func quotientAndRemainder(dividingBy divisor: UInt256) -> (quotient: UInt256, remainder: UInt256)? {
        guard divisor != .zero else {
            return nil
        }
        if divisor.high == 0 {
            let upper = high.quotientAndRemainder(dividingBy: divisor.low)
            let lower = divisor.low.dividingFullWidth((upper.remainder, low))
            return (UInt256(high: upper.quotient, low: lower.quotient), UInt256(lower.remainder))
        }
        return longDivision(by: divisor)
    }

    /// Binary long division for divisors of 2^128 and more, whose quotients are below 2^128.
    private func longDivision(by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        var remainder = self
        var quotient: UInt128 = 0
        let steps = significantBitCount - divisor.significantBitCount
        guard steps >= 0 else {
            return (.zero, self)
        }
        for shift in stride(from: steps, through: 0, by: -1) {
            let (difference, isSmaller) = remainder.subtractingReportingOverflow(divisor.shiftedLeft(by: shift))
            quotient <<= 1
            if !isSmaller {
                remainder = difference
                quotient |= 1
            }
        }
        return (UInt256(quotient), remainder)
    }
}

extension UInt256: CustomStringConvertible {
    /// The number in decimal.
    public var description: String {
        let chunk: UInt128 = 10_000_000_000_000_000_000
        var rest = self
        var text = ""
        while rest.high != 0 || rest.low >= chunk {
            let upper = rest.high.quotientAndRemainder(dividingBy: chunk)
            let lower = chunk.dividingFullWidth((upper.remainder, rest.low))
            let digits = String(lower.remainder)
            text = String(repeating: "0", count: 19 - digits.count) + digits + text
            rest = UInt256(high: upper.quotient, low: lower.quotient)
        }
        return String(rest.low) + text
    }
}
