internal import Bitcoin

/// The difficulty that a share's coinbase commits to, as a power of two: 2^(level - 64).
///
/// Levels run from 33 (difficulty 2^-31, the work of two hashes) to 127 (difficulty 2^63). A share is credited the
/// difficulty of its level or nothing (DESIGN section 3).
public struct ShareLevel: Hashable, Comparable, Sendable {
    /// The level as one byte, 33...127.
    public let rawValue: UInt8

    /// The lowest and highest levels there are, 33...127; a genesis file narrows them.
    public static let bounds = Target.shareLevels

    /// A level within `bounds`, else nil.
    public init?(_ rawValue: UInt8) {
        guard Self.bounds.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// Work credited for one share, in units of 2^(level - 33) (DESIGN section 6): 1 at the lowest level.
    public var work: UInt128 {
        // The plain shift would go through generic code.
        1 &<< UInt128(rawValue - Self.bounds.lowerBound)
    }

    /// Orders levels by difficulty.
    public static func < (a: ShareLevel, b: ShareLevel) -> Bool {
        a.rawValue < b.rawValue
    }
}
