/// What one node made of a submitted block.
public struct SubmitAnswer: Hashable, Sendable {
    /// What became of the block (BIP22).
    public enum Outcome: Hashable, Sendable {
        /// The node has it: new, or from before.
        case accepted
        /// The node keeps it on a branch that is not its best (`inconclusive`).
        case inconclusive
        /// The node refuses it; its reason.
        case rejected(String)
        /// The node could not be asked, in all tries.
        case failed(NodeError)
    }

    /// The node's `host:port`.
    public let name: String
    /// What became of the block.
    public let outcome: Outcome

    /// Whether the node has the block, be it on a branch.
    public var isAccepted: Bool { outcome == .accepted || outcome == .inconclusive }
}
