/// One conversation with a pool: a row of the quirks of miners (Q) or of hostile and bad inputs (H).
public struct Row: Sendable, CustomStringConvertible {
    /// `Q01` ... `Q36`, `H01` ... `H36`, with a letter where a row has several conversations.
    public let name: String
    /// What holds.
    public let title: String
    /// What the pool is configured with.
    public let rules: PoolRules
    /// The conversation; throws a `Mismatch`.
    public let run: @Sendable (any Endpoint) throws -> Void

    /// A conversation.
    public init(
        _ name: String, _ title: String, _ rules: PoolRules = PoolRules(),
        run: @escaping @Sendable (any Endpoint) throws -> Void
    ) {
        self.name = name
        self.title = title
        self.rules = rules
        self.run = run
    }

    /// Name and title.
    public var description: String { "\(name) \(title)" }

    /// All conversations, in the order of their rows.
    public static let all: [Row] =
        Quirks.handshake + Quirks.jobs + Quirks.forms + Quirks.submits + Hostile.lines + Hostile.requests
        + Hostile.sessions + Hostile.shares + Hostile.connections

    /// Rows without a conversation, and why.
    public static let unserved: [(name: String, reason: String)] = [
        ("Q29", "what a miner does with answers that it does not track; the pool sees nothing of it"),
        ("H36", "takes sixteen million sessions; tested at the allocator itself (ExtranonceSpace)"),
    ]
}
