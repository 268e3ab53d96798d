import Broadcast
import Simulator
import TestSupport
import Testing

/// The simulation finds every change of the rules that breaks the protocol, within a few seeds.
@Suite(.optimisedOnly) struct MutantTests {
    @Test(arguments: Mutant.all)
    func isKilled(mutant: Mutant) throws {
        var options = SimulationOptions(nodes: mutant.nodes, byzantine: mutant.byzantine)
        options.rules = mutant.rules
        // After a change of the core other seeds than the known ones may be needed.
        let others = 1...UInt64(Scale.count(20, full: 200))
        let isKilled = try (mutant.seeds + others).contains { seed in
            try !Simulation(seed: seed, options: options).run().violations.isEmpty
        }
        #expect(isKilled, "lives through seeds \(mutant.seeds) and \(others) of \(mutant.nodes) voters")
    }

    @Test func eachIsThereOnce() {
        #expect(Set(Mutant.all.map(\.name)).count == Mutant.all.count)
        #expect(Mutant.all.count == 22)
    }
}
