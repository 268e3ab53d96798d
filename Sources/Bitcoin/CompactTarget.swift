/// A target in the compact form of a header's nBits: an exponent of 256 and a signed 24-bit mantissa.
public struct CompactTarget: RawRepresentable, Hashable, Sendable {
    /// The 32 bits as the header has them.
    public let rawValue: UInt32

    /// Any 32 bits; `target()` says whether they are a target.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The shortest compact form of a target, rounded down to what its mantissa holds (Bitcoin Core's `GetCompact`).
    public init(_ target: Target) {
        let value = target.value
        var size = (value.significantBitCount + 7) / 8
        var mantissa = UInt32(truncatingIfNeeded: value.shiftedRight(by: 8 * (size - 3)).low)
        if size < 3 {
            mantissa = UInt32(truncatingIfNeeded: value.low) << UInt32(8 * (3 - size))
        }
        // The mantissa's top bit is its sign.
        if mantissa & 0x0080_0000 != 0 {
            mantissa >>= 8
            size += 1
        }
        rawValue = UInt32(size) << 24 | mantissa
    }

    /// The target that the bits state (Bitcoin Core's `SetCompact` and `CheckProofOfWork`).
    ///
    /// - Throws: `CompactTargetError` if it is negative, zero or beyond 256 bits.
    public func target() throws(CompactTargetError) -> Target {
        let size = Int(rawValue >> 24)
        var mantissa = rawValue & 0x007f_ffff
        if size <= 3 {
            mantissa >>= UInt32(8 * (3 - size))
        }
        guard mantissa != 0 else {
            throw .zero
        }
        guard rawValue & 0x0080_0000 == 0 else {
            throw .negative
        }
        let value = UInt256(mantissa).shiftedLeft(by: 8 * (size - 3))
        guard value.significantBitCount == UInt256(mantissa).significantBitCount + max(8 * (size - 3), 0) else {
            throw .overflow
        }
        return Target(value: value)
    }
}

/// Why nBits state no target.
public enum CompactTargetError: Error, Hashable, Sendable {
    /// The target would be zero, which no hash can be below.
    case zero
    /// The target would be negative.
    case negative
    /// The target would need more than 256 bits.
    case overflow
}
