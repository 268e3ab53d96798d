/// The greatest hash, read as a little-endian number, that counts as proof of work.
public struct Target: Hashable, Sendable, Comparable {
    /// The number itself.
    public let value: UInt256

    /// A target of any value.
    public init(value: UInt256) {
        self.value = value
    }

    /// The target of difficulty 1: 0xFFFF * 2^208.
    public static let difficultyOne = Target(value: UInt256(UInt16(0xffff)).shiftedLeft(by: 208))

    /// The levels that shares may have: difficulty 2^(level - 64).
    public static let shareLevels: ClosedRange<UInt8> = 33...127

    /// The target of a share level: 0xFFFF * 2^(272 - level); nil outside `shareLevels`.
    public init?(shareLevel level: UInt8) {
        guard Self.shareLevels.contains(level) else {
            return nil
        }
        value = UInt256(UInt16(0xffff)).shiftedLeft(by: 272 - Int(level))
    }

    /// Whether a hash is at or below the target.
    public func isMet(by hash: Hash256) -> Bool {
        UInt256(hash) <= value
    }

    /// The hashes a block of this target takes on average: floor(2^256 / (target + 1)), as chain work counts them.
    ///
    /// The target 0 would take 2^256 and answers 2^256 - 1.
    public var work: UInt256 {
        // 2^256 / (t + 1) = (2^256 - 1 - t) / (t + 1) + 1, which stays within 256 bits.
        let (divisor, _) = value.addingReportingOverflow(UInt256(UInt8(1)))
        guard let (quotient, _) = (~value).quotientAndRemainder(dividingBy: divisor) else {
            return UInt256(UInt8(1))
        }
        let (work, overflow) = quotient.addingReportingOverflow(UInt256(UInt8(1)))
        return overflow ? .max : work
    }

    /// The difficulty of the target.
    public var difficulty: Difficulty {
        Difficulty(of: self)
    }

    /// Whether one target is smaller, that is, harder.
    public static func < (left: Target, right: Target) -> Bool {
        left.value < right.value
    }
}
