public import Bitcoin
public import Wire

/// A commit of the log as the ledger takes it (docs/protocol/broadcast.md, Order).
public struct LedgerCommit: Sendable {
    /// Counts commits from 1, over all epochs.
    public let number: UInt64
    /// H_k.
    public let hash: Hash256
    /// The vertices in the log's order.
    public let vertices: [Vertex]

    /// A commit of the log.
    public init(number: UInt64, hash: Hash256, vertices: [Vertex]) {
        self.number = number
        self.hash = hash
        self.vertices = vertices
    }
}

/// What counting needs of an epoch.
struct LedgerEpoch: Sendable {
    let authors: [EpochConfiguration.Author]
    let quorum: Quorum

    init(_ configuration: EpochConfiguration) {
        authors = configuration.authors
        quorum = Quorum(voters: authors.count { $0.isVoter })
    }

    /// Whether a vertex's author votes.
    func isVoter(_ vertex: Vertex) -> Bool {
        authors.indices.contains(Int(vertex.author)) && authors[Int(vertex.author)].isVoter
    }
}
