/// Work over the last minute, ten minutes and hour, in rings of twelve buckets each.
///
/// Time is counted in ticks of five seconds by whoever owns the windows: all windows of a table move together.
struct WorkWindows {
    /// How long a tick is, in seconds.
    static let tick: UInt64 = 5

    /// Ticks that one bucket of each ring takes in: 5 s, 50 s and 5 min.
    private static let widths: [UInt64] = [1, 10, 60]

    /// Buckets of a ring.
    private static let buckets: UInt64 = 12

    /// Work since the last tick.
    private(set) var pending: UInt128 = 0

    /// The sums of the rings.
    private var sums: (UInt128, UInt128, UInt128) = (0, 0, 0)

    /// The rings, one behind the other; none as long as there was no work.
    private var rings: [UInt128] = []

    /// Whether nothing is in the windows, so that time changes nothing.
    var isEmpty: Bool { pending == 0 && sums.2 == 0 && sums.1 == 0 && sums.0 == 0 }

    /// Adds work of the present tick.
    mutating func add(_ work: UInt128) {
        pending &+= work
    }

    /// A tick is over.
    ///
    /// - Parameter tick: its number, counted from 0; each is ended once, in order.
    mutating func end(tick: UInt64) {
        if isEmpty { return }
        if rings.isEmpty { rings = [UInt128](repeating: 0, count: 3 * Int(Self.buckets)) }
        sums.0 &+= enter(tick, ring: 0)
        sums.1 &+= enter(tick, ring: 1)
        sums.2 &+= enter(tick, ring: 2)
        pending = 0
        if isEmpty { rings = [] }
    }

    /// Forgets everything: what happens when more than an hour passes at once.
    mutating func clear() {
        self = WorkWindows()
    }

    /// Enters the pending work into a ring and returns by how much its sum changes, modulo 2^128.
    private mutating func enter(_ tick: UInt64, ring: Int) -> UInt128 {
        let width = Self.widths[ring]
        let index = ring * Int(Self.buckets) + Int(tick / width % Self.buckets)
        var gone: UInt128 = 0
        if tick % width == 0 {
            gone = rings[index]
            rings[index] = 0
        }
        rings[index] &+= pending
        return pending &- gone
    }

    /// Expected hashes a second, when so many ticks are over: a unit of work is two hashes.
    func hashrate(ticks: UInt64) -> Hashrate {
        var rate = Hashrate()
        rate.oneMinute = Self.rate(sums.0, ticks, width: Self.widths[0])
        rate.tenMinutes = Self.rate(sums.1, ticks, width: Self.widths[1])
        rate.oneHour = Self.rate(sums.2, ticks, width: Self.widths[2])
        return rate
    }

    private static func rate(_ sum: UInt128, _ ticks: UInt64, width: UInt64) -> UInt128 {
        guard ticks > 0 else { return 0 }
        // Eleven whole buckets, and of the present one as much as has passed.
        let covered = min(ticks, (buckets - 1) * width + (ticks - 1) % width + 1)
        let seconds = UInt128(covered * tick)
        return sum / seconds * 2 + sum % seconds * 2 / seconds
    }
}
