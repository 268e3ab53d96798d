internal import Foundation

/// The clock that never goes back: CLOCK_MONOTONIC, as the node client and the stratum server read it.
enum MonotonicClock {
    /// Now, in nanoseconds since some moment before the start.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
