/// Why the pool does not take a transaction; texts as bitcoind words them.
struct PoolRejection: Error, Hashable, Sendable {
    /// The reason, such as `bad-txns-in-belowout`.
    let reason: String
    /// More for the reader, such as which input; may be empty.
    let detail: String
    /// Whether only an input that nobody knows stands in the way.
    let isMissingInputs: Bool

    init(_ reason: String, _ detail: String = "", isMissingInputs: Bool = false) {
        self.reason = reason
        self.detail = detail
        self.isMissingInputs = isMissingInputs
    }

    /// Reason and detail as bitcoind joins them.
    var text: String { detail.isEmpty ? reason : "\(reason), \(detail)" }

    static let missingInputs = PoolRejection("bad-txns-inputs-missingorspent", isMissingInputs: true)
}
