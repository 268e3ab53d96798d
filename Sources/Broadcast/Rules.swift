package import Wire

/// The points at which a mutation of the protocol is tried: the product has one value, and only tests build others, to
/// see that the simulation finds them out.
package struct Rules: Sendable {
    /// Echoes before a ready.
    package var echoQuorum: @Sendable (Quorum) -> Int = { $0.decision }
    /// Readies before one's own without a quorum of echoes.
    package var amplification: @Sendable (Quorum) -> Int = { $0.oneCorrect }
    /// Readies before delivery.
    package var delivery: @Sendable (Quorum) -> Int = { $0.delivery }
    /// Votes for an anchor before it commits.
    package var anchorVotes: @Sendable (Quorum) -> Int = { $0.oneCorrect }
    /// Strong parents of a voter's vertex.
    package var strongParents: @Sendable (Quorum) -> Int = { $0.available }
    /// Whether echoes and readies are logged before they are sent.
    package var logsVotes = true
    /// Whether an own vertex is logged before it is sent.
    package var logsOwnVertex = true
    /// Whether the walk back asks for a path of strong parents.
    package var walksStrongPaths = true
    /// Whether earlier anchors are looked for at all.
    package var walksBack = true
    /// Vertices more than so many rounds below their anchor are left out; nil for none.
    package var dropsOlderThan: UInt64?
    /// Whether the age for the above is counted from the member's own newest round instead of the anchor's.
    package var dropsByLocalRound = false
    /// Whether a vertex is delivered only after its parents.
    package var waitsForParents = true
    /// Whether a voter's second, different vote for an instance is ignored.
    package var countsFirstVoteOnly = true
    /// Whether the gate is asked before an echo.
    package var asksGate = true
    /// Whether a peer's standing status is answered.
    package var answersStatus = true
    /// Whether missing bytes are pulled.
    package var pulls = true
    /// Whether vertices are looked at and pulled for more than the next two instances of a lane.
    package var looksFarAhead = true
    /// Whether a status is answered, for what the member delivered before the peer's last one, while the lane moves.
    package var answersWhoMoves = true
    /// Whether vertices are sorted within a commit.
    package var sortsCommits = true
    /// Whether the sequences that were committed are left out of later commits.
    package var remembersCommitted = true
    /// Whether an author whose equivocation is committed is still echoed.
    package var echoesEquivocators = false
    /// Equal marks before an epoch ends.
    package var closeQuorum: @Sendable (Quorum) -> Int = { $0.decision }
    /// Whether the commit that ends an epoch is its last.
    package var stopsAtTheClose = true
    /// Whether a member that starts asks others what it did before.
    package var asksAtStart = true
    /// Whether a member with an old log casts no votes that it may have cast already.
    package var abstainsAfterLoss = true

    /// What the product follows.
    package static let product = Rules()
}
