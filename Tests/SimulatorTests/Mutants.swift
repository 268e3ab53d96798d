import Broadcast
import Simulator
import Testing

/// A change of the rules that breaks the protocol, and where the simulation sees it.
struct Mutant: Sendable, CustomTestStringConvertible {
    let name: String
    let nodes: Int
    let byzantine: Int
    /// The first seed at which it is killed was found by a search; a few more keep the test from resting on one.
    let seeds: ClosedRange<UInt64>
    let rules: Rules

    init(
        _ name: String, nodes: Int = 4, byzantine: Int = 1, seeds: ClosedRange<UInt64>, _ change: (inout Rules) -> Void
    ) {
        self.name = name
        self.nodes = nodes
        self.byzantine = byzantine
        self.seeds = seeds
        var rules = Rules.product
        change(&rules)
        self.rules = rules
    }

    var testDescription: String { name }

    static let all: [Mutant] = [
        Mutant("2f+1 echoes", nodes: 5, seeds: 1...40) { $0.echoQuorum = { 2 * $0.faults + 1 } },
        Mutant("amplify at one ready", seeds: 1...40) { $0.amplification = { $0.faults } },
        Mutant("deliver at f+1 readies", seeds: 1...40) { $0.delivery = { $0.faults + 1 } },
        Mutant("commit at f votes", seeds: 1...40) { $0.anchorVotes = { $0.faults } },
        Mutant("n-f-1 strong parents", seeds: 1...40) { $0.strongParents = { $0.available - 1 } },
        Mutant("votes are not logged", seeds: 1...40) { $0.logsVotes = false },
        Mutant("own vertices are not logged", seeds: 1...40) { $0.logsOwnVertex = false },
        Mutant("walk without strong paths", seeds: 1...40) { $0.walksStrongPaths = false },
        Mutant("no walk back", seeds: 1...40) { $0.walksBack = false },
        Mutant("old vertices are dropped", seeds: 1...40) { $0.dropsOlderThan = 4 },
        Mutant("old vertices are dropped by the local round", seeds: 1...40) {
            $0.dropsOlderThan = 4
            $0.dropsByLocalRound = true
        },
        Mutant("parents are not waited for", seeds: 1...40) { $0.waitsForParents = false },
        Mutant("all votes of a voter count", seeds: 1...40) { $0.countsFirstVoteOnly = false },
        Mutant("the gate is not asked", seeds: 1...40) { $0.asksGate = false },
        Mutant("no answers to a status", seeds: 1...40) { $0.answersStatus = false },
        Mutant("no pulls", seeds: 1...40) { $0.pulls = false },
        Mutant("pulls far ahead", seeds: 1...40) { $0.pullsFarAhead = true },
        Mutant("commits are not sorted", seeds: 1...40) { $0.sortsCommits = false },
        Mutant("vertices are committed again", seeds: 1...40) { $0.remembersCommitted = false },
        Mutant("equivocators are echoed", seeds: 1...40) { $0.echoesEquivocators = true },
    ]
}
