/// An unsigned 256-bit integer: targets, work and exact products of two 128-bit numbers.
public struct UInt256: Hashable, Sendable {
    /// Bits 0 ..< 128.
    public let low: UInt128

    /// Bits 128 ..< 256.
    public let high: UInt128

    /// The number high * 2^128 + low.
    public init(high: UInt128, low: UInt128) {
        self.low = low
        self.high = high
    }

    /// A number below 2^128.
    public init(_ value: some UnsignedInteger & FixedWidthInteger) {
        self.init(high: 0, low: UInt128(truncatingIfNeeded: value))
    }

    /// The product of two 128-bit numbers, which always fits.
    public init(multiplying left: UInt128, by right: UInt128) {
        let product = left.multipliedFullWidth(by: right)
        self.init(high: product.high, low: product.low)
    }

    /// A hash's 32 bytes in internal order, least significant first, as proof of work compares them.
    public init(_ hash: Hash256) {
        low = UInt128(hash.word1) << 64 | UInt128(hash.word0)
        high = UInt128(hash.word3) << 64 | UInt128(hash.word2)
    }

    /// Zero.
    public static let zero = UInt256(high: 0, low: 0)

    /// 2^256 - 1.
    public static let max = UInt256(high: .max, low: .max)

    /// The 32 bytes of the number, least significant first, as a hash; its display order reads as the number.
    public var hash: Hash256 {
        Hash256(
            word0: UInt64(truncatingIfNeeded: low), word1: UInt64(truncatingIfNeeded: low >> 64),
            word2: UInt64(truncatingIfNeeded: high), word3: UInt64(truncatingIfNeeded: high >> 64))
    }

    /// How many bits the number needs: 0 for zero, 256 at most.
    public var significantBitCount: Int {
        high == 0 ? 128 - low.leadingZeroBitCount : 256 - high.leadingZeroBitCount
    }

    /// The number if it is below 2^128, else nil.
    public var asUInt128: UInt128? {
        high == 0 ? low : nil
    }

    /// The sum modulo 2^256, and whether it passed 2^256.
    public func addingReportingOverflow(_ other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let (low, carry) = low.addingReportingOverflow(other.low)
        let (sum, overflow) = high.addingReportingOverflow(other.high)
        let (high, carryOverflow) = sum.addingReportingOverflow(carry ? 1 : 0)
        return (UInt256(high: high, low: low), overflow || carryOverflow)
    }

    /// The difference modulo 2^256, and whether it fell below zero.
    public func subtractingReportingOverflow(_ other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let (low, borrow) = low.subtractingReportingOverflow(other.low)
        let (difference, overflow) = high.subtractingReportingOverflow(other.high)
        let (high, borrowOverflow) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
        return (UInt256(high: high, low: low), overflow || borrowOverflow)
    }

    /// The product modulo 2^256, and whether it passed 2^256.
    public func multipliedReportingOverflow(by factor: UInt64) -> (partialValue: UInt256, overflow: Bool) {
        let lowProduct = low.multipliedFullWidth(by: UInt128(factor))
        let (highProduct, overflow) = high.multipliedReportingOverflow(by: UInt128(factor))
        let (high, carryOverflow) = highProduct.addingReportingOverflow(lowProduct.high)
        return (UInt256(high: high, low: lowProduct.low), overflow || carryOverflow)
    }

    /// The number shifted left by 0 or more bits; bits shifted past bit 255 are lost.
    public func shiftedLeft(by count: Int) -> UInt256 {
        // Swift's shifts by a negative count go the other way, so one expression covers both halves.
        let count = Swift.min(Swift.max(count, 0), 256)
        return UInt256(high: high << count | low << (count - 128), low: low << count)
    }

    /// The number shifted right by 0 or more bits.
    public func shiftedRight(by count: Int) -> UInt256 {
        let count = Swift.min(Swift.max(count, 0), 256)
        return UInt256(high: high >> count, low: low >> count | high >> (count - 128))
    }

    /// The number with every bit inverted: 2^256 - 1 minus it.
    public static prefix func ~ (value: UInt256) -> UInt256 {
        UInt256(high: ~value.high, low: ~value.low)
    }
}

extension UInt256: Comparable {
    /// Whether one number is smaller.
    public static func < (left: UInt256, right: UInt256) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}
