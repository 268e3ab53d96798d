/// An invariant that did not hold.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// Which one.
    public let invariant: Invariant
    /// The author's index; nil for what no single member did.
    public let member: Int?
    /// Microseconds of virtual time.
    public let time: UInt64
    /// What was seen.
    public let text: String

    package init(_ invariant: Invariant, member: Int?, time: UInt64, _ text: String) {
        self.invariant = invariant
        self.member = member
        self.time = time
        self.text = text
    }

    /// One line.
    public var description: String {
        let place = member.map { "member \($0)" } ?? "cluster"
        return "I\(invariant.rawValue) \(place) at \(time) us: \(text)"
    }
}

/// What must hold in every run.
public enum Invariant: Int, Hashable, Sendable, CaseIterable {
    /// All correct members deliver one digest for an instance.
    case agreement = 1
    /// All correct members' commits are prefixes of one list, which follows from what was delivered.
    case order = 2
    /// A lane is delivered and committed without gap or repetition.
    case contiguity = 3
    /// Parents are delivered first.
    case parentsFirst = 4
    /// A correct member says one thing of an instance in its whole life.
    case singleVote = 5
    /// What a correct member acknowledged is committed exactly once.
    case acknowledged = 6
    /// Memory stays within the page's bounds.
    case memory = 7
    /// After the end of chaos the members get on.
    case progress = 8
    /// A correct member signs one checkpoint for a commit, of what it has committed, and no ledger is in doubt.
    case signature = 10
    /// The log gives back the state.
    case replay = 11
    /// Nothing that the gate refuses is committed, and nothing of a correct member is refused.
    case gate = 13
    /// Nobody echoes an author whose equivocation it has committed.
    case evidence = 14
    /// What is delivered extends its lane and has its strong parents.
    case shape = 15
    /// An epoch ends with the first commit after which Q voters' newest marks are equal, with what they say.
    case epochEnd = 16
}
