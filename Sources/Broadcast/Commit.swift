public import Bitcoin
public import Wire

/// The next part of the log: an anchor and what it brings (docs/protocol/broadcast.md, Order).
public struct Commit: Sendable {
    /// Counts commits from 1, over all epochs.
    public let number: UInt64
    /// H_k.
    public let hash: Hash256
    /// The anchor's round.
    public let round: UInt64
    /// The vertices in the log's order, the anchor last.
    public let vertices: [CommittedVertex]
}

/// A vertex in its place in the log.
public struct CommittedVertex: Sendable {
    /// Its name.
    public let name: VertexName
    /// Its digest.
    public let digest: Hash256
    /// Its content.
    public let vertex: Vertex
}
