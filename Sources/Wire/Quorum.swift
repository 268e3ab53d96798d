/// How many voters decide what, for an epoch of n voters (docs/protocol/broadcast.md, Words).
public struct Quorum: Hashable, Sendable {
    /// How many voters there are, at least 1.
    public let voters: Int

    /// The quorums of n voters; fewer than one counts as one.
    public init(voters: Int) {
        self.voters = max(voters, 1)
    }

    /// f = ⌊(n-1)/3⌋: how many voters may do anything at all.
    public var faults: Int { (voters - 1) / 3 }

    /// Q = ⌊(n+f)/2⌋+1: echoes before a ready, and whatever decides money or membership. Two such sets share more
    /// than f voters.
    public var decision: Int { (voters + faults) / 2 + 1 }

    /// f+1: at least one of them is correct.
    public var oneCorrect: Int { faults + 1 }

    /// 2f+1 readies: at least f+1 of them are of correct voters, so that all others follow.
    public var delivery: Int { 2 * faults + 1 }

    /// n-f: as many as can be waited for.
    public var available: Int { voters - faults }
}
