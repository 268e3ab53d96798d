public import Wire

/// Judges payloads before they are echoed: a pure function of the epoch's configuration, the lane's delivered prefix
/// and the payload (docs/protocol/broadcast.md, Gate).
///
/// One value serves all lanes of an epoch.
public protocol EchoGate: Sendable {
    /// Whether the payload may follow what `admit` has taken for its lane so far.
    func allows(_ vertex: Vertex) -> Bool

    /// Takes a delivered vertex into its lane's prefix. Total: more than f faulty voters can deliver anything.
    mutating func admit(_ vertex: Vertex)
}
