internal import Bitcoin
internal import Wire

/// Whether the log holds all that this member ever said in the epoch (docs/protocol/broadcast.md, Recovery).
struct Recovery: Sendable {
    /// What others say of the member, while they are asked.
    struct Inquiry: Sendable {
        /// Names the start of the process.
        let start: UInt64
        /// How many voters must answer.
        let needed: Int
        /// By author.
        var answers: [Answer?]
    }

    /// What a voter said.
    struct Answer: Sendable {
        let delivered: [UInt64]
        /// Whether it counts votes of the member that the member's log does not have.
        let knowsMore: Bool
    }

    /// An own vertex that others have.
    struct Foreign: Sendable {
        let sequence: UInt64
        let digest: Hash256
        /// Who said so.
        let holder: Int
        /// How often its bytes were asked for.
        var attempts = 0
    }

    /// Nil as soon as enough is known. Until then the member says nothing that it could have said differently.
    var inquiry: Inquiry?
    /// By lane, up to which sequence no vote is cast; 0 where the log is complete.
    var abstained: [UInt64]
    /// The newest own vertex that the log does not hold; nil once it is here.
    var lost: Foreign?

    init(authorCount: Int) {
        abstained = [UInt64](repeating: 0, count: authorCount)
    }

    /// Whether a vote for an instance may be cast.
    func allowsVote(_ lane: Int, _ sequence: UInt64) -> Bool {
        inquiry == nil && sequence > abstained[lane]
    }

    /// Whether an own vertex may be made.
    var allowsVertices: Bool {
        inquiry == nil && lost == nil
    }

    /// Whether a vertex is that one.
    func isLost(_ vertex: HeldVertex) -> Bool {
        lost?.sequence == vertex.vertex.sequence && lost?.digest == vertex.digest
    }

    mutating func abstain(_ through: [UInt64]) {
        for (lane, sequence) in zip(abstained.indices, through) { abstained[lane] = max(abstained[lane], sequence) }
    }
}
