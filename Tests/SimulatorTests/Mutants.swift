import Broadcast
import Simulator
import Testing
import Wire

/// A change of the rules that breaks the protocol, and where the simulation sees it.
struct Mutant: Sendable, CustomTestStringConvertible {
    let name: String
    let nodes: Int
    let byzantine: Int
    /// Seeds that have killed it, tried first.
    let seeds: [UInt64]
    let rules: Rules

    init(
        _ name: String, nodes: Int = 4, byzantine: Int = 1, seeds: [UInt64], _ change: (inout Rules) -> Void
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
        Mutant("2f+1 echoes", nodes: 5, seeds: [3, 2]) { $0.echoQuorum = { 2 * $0.faults + 1 } },
        Mutant("amplify at one ready", seeds: [1, 2]) { $0.amplification = { $0.faults } },
        Mutant("deliver at f+1 readies", seeds: [9, 18, 20]) { $0.delivery = { $0.faults + 1 } },
        Mutant("commit at f votes", seeds: [66]) { $0.anchorVotes = { $0.faults } },
        Mutant("n-f-1 strong parents", seeds: [53]) { $0.strongParents = { $0.available - 1 } },
        Mutant("votes are not logged", seeds: [1]) { $0.logsVotes = false },
        Mutant("own vertices are not logged", seeds: [1]) { $0.logsOwnVertex = false },
        Mutant("walk without strong paths", seeds: [1, 5]) { $0.walksStrongPaths = false },
        Mutant("no walk back", nodes: 7, byzantine: 2, seeds: [8, 10, 26]) { $0.walksBack = false },
        Mutant("old vertices are dropped", seeds: [3, 4]) { $0.dropsOlderThan = 4 },
        Mutant("old vertices are dropped by the local round", seeds: [3, 4]) {
            $0.dropsOlderThan = 4
            $0.dropsByLocalRound = true
        },
        Mutant("parents are not waited for", seeds: [2, 3]) { $0.waitsForParents = false },
        Mutant("all votes of a voter count", seeds: [2, 35]) { $0.countsFirstVoteOnly = false },
        Mutant("the gate is not asked", seeds: [2, 6]) { $0.asksGate = false },
        Mutant("no answers to a status", seeds: [1]) { $0.answersStatus = false },
        Mutant("no pulls", seeds: [1]) { $0.pulls = false },
        Mutant("commits are not sorted", seeds: [1]) { $0.sortsCommits = false },
        Mutant("vertices are committed again", seeds: [1]) { $0.remembersCommitted = false },
        Mutant("equivocators are echoed", seeds: [5, 7]) { $0.echoesEquivocators = true },
        Mutant("f marks end an epoch", seeds: [5, 6, 10]) { $0.closeQuorum = { $0.faults } },
        Mutant("an epoch goes on after its end", seeds: [1]) { $0.stopsAtTheClose = false },
        Mutant("nobody is asked at the start", byzantine: 0, seeds: [3, 4, 6]) { $0.asksAtStart = false },
    ]
}
