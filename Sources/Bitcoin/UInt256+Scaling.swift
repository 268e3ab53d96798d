extension UInt256 {
    /// The number times a fraction, rounded down: exact, whatever the product comes to.
    ///
    /// - Returns: nil where the denominator is 0, or the number is 2^128 or more times as large, or the result is 2^256
    ///   or more.
    public func scaled(by numerator: UInt128, over denominator: UInt128) -> UInt256? {
        guard let (quotient, remainder) = quotientAndRemainder(dividingBy: UInt256(denominator)),
            let whole = quotient.asUInt128,
            let (part, _) = UInt256(multiplying: remainder.low, by: numerator)
                .quotientAndRemainder(dividingBy: UInt256(denominator))
        else { return nil }
        let (result, overflow) = UInt256(multiplying: whole, by: numerator).addingReportingOverflow(part)
        return overflow ? nil : result
    }
}
