import Foundation

/// How much work repeated tests do: reduced counts by default, the full ones with `scripts/test --long`.
public enum Scale {
    /// Whether this is a long run (`RADPOOL_LONG=1`).
    public static let isLong = ProcessInfo.processInfo.environment["RADPOOL_LONG"] == "1"

    /// `reduced` in an ordinary run, `full` in a long one.
    public static func count(_ reduced: Int, full: Int) -> Int {
        isLong ? full : reduced
    }
}
