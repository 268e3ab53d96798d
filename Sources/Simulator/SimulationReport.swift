/// What came of a run.
public struct SimulationReport: Hashable, Sendable, CustomStringConvertible {
    /// What repeats it.
    public let command: String
    /// What did not hold; nothing in a good run.
    public let violations: [Violation]
    /// The commits of the member that has most.
    public let commits: Int
    /// Records that correct members acknowledged.
    public let records: Int
    /// Frames that were sent, once for each receiver.
    public let messages: Int
    /// Their bytes.
    public let bytes: Int
    /// Mixes all that happened, in its order.
    public let traceHash: UInt64

    /// The trace hash in hexadecimal.
    public var traceText: String {
        let digits = String(traceHash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// One line, and one more for each violation.
    public var description: String {
        let outcome = violations.isEmpty ? "ok" : "\(violations.count) VIOLATIONS"
        let line =
            "\(command): \(outcome), \(commits) commits, \(records) records, \(messages) messages, \(bytes) bytes, "
            + "trace \(traceText)"
        return ([line] + violations.map { "  \($0)" }).joined(separator: "\n")
    }
}
