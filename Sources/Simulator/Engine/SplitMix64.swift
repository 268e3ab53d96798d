/// The simulation's only source of chance (SplitMix64): the same seed gives the same values on every machine.
package struct SplitMix64: Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next 64 uniformly distributed bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A value below `bound`; 0 for a bound of 0.
    package mutating func below(_ bound: UInt64) -> UInt64 {
        next().multipliedFullWidth(by: bound).high
    }

    /// An index below `count`; 0 for a count of 0 or less.
    package mutating func index(_ count: Int) -> Int {
        Int(below(UInt64(max(count, 0))))
    }

    /// A value within the range.
    package mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + below(range.upperBound - range.lowerBound &+ 1)
    }

    /// True `parts` times in a million.
    package mutating func happens(_ parts: UInt64) -> Bool {
        parts > 0 && below(1_000_000) < parts
    }

    /// True every other time.
    package mutating func coin() -> Bool {
        next() >> 63 == 1
    }

    /// A source of its own, so that drawing more here changes nothing there.
    package mutating func branch() -> SplitMix64 {
        SplitMix64(seed: next())
    }
}
