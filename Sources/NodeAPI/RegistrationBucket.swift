/// Limits registrations: a minute's worth at once, and no more than that a minute.
struct RegistrationBucket {
    private let perMinute: UInt32
    /// In 1/60,000 registrations, so that a millisecond's filling is a whole number.
    private var credit: UInt64
    private var updated: UInt64

    private static let parts: UInt64 = 60_000

    /// A full bucket; `now` in milliseconds of any clock that does not run backwards.
    init(perMinute: UInt32, now: UInt64) {
        self.perMinute = perMinute
        credit = UInt64(perMinute) * Self.parts
        updated = now
    }

    /// Takes one registration; false where there is none.
    mutating func take(now: UInt64) -> Bool {
        let full = UInt64(perMinute) * Self.parts
        // An hour fills any bucket, and its product cannot overflow.
        let elapsed = min(now > updated ? now - updated : 0, 3_600_000)
        credit = min(full, credit + elapsed * UInt64(perMinute))
        updated = max(now, updated)
        guard credit >= Self.parts else { return false }
        credit -= Self.parts
        return true
    }
}
