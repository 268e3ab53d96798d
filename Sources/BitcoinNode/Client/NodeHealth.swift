/// How a node does, as the pool sees it.
public struct NodeHealth: Hashable, Sendable {
    /// What a node is good for.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Not asked yet.
        case connecting
        /// Synced, and gives templates.
        case ready
        /// It answers, and has not caught up with the chain.
        case syncing
        /// It answers, and gives no templates; `lastError` says why.
        case unusable
        /// It does not answer.
        case unreachable
        /// It is on another chain, or on signet: never used, though asked again.
        case wrongChain
    }

    /// The node's `host:port`.
    public let name: String
    /// What it is good for.
    public let state: State
    /// Whether the templates come from it.
    public let isActive: Bool
    /// The height of its best block; nil where it never said.
    public let height: UInt32?
    /// What went wrong last, in one line without secrets; nil after everything went well.
    public let lastError: String?
}
