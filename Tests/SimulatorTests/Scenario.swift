import Broadcast
import Testing

@testable import Simulator

/// A scripted run of a syndicate in which everybody votes and nothing goes wrong but what a test puts into the plan.
struct Scenario {
    let syndicate: Syndicate
    var plan: FaultPlan

    static let second: UInt64 = 1_000_000

    init(_ nodes: Int = 4, others: Int = 0, seconds: UInt64 = 30) throws {
        syndicate = try Syndicate(voters: nodes, observers: others)
        plan = .calm(authors: nodes + others, seconds: seconds)
    }

    /// Members, a bit each.
    static func mask(_ members: [Int]) -> UInt64 {
        members.reduce(0) { $0 | 1 << UInt64($1) }
    }

    func simulation(seed: UInt64 = 1) -> Simulation {
        Simulation(
            syndicate: syndicate, plan: plan, random: SplitMix64(seed: seed), command: "scenario, seed \(seed)")
    }

    /// Runs to the end and expects that every check is content.
    @discardableResult
    func run(seed: UInt64 = 1, _ location: SourceLocation = #_sourceLocation) -> Simulation {
        let simulation = simulation(seed: seed)
        let report = simulation.run()
        #expect(report.violations.isEmpty, "\(report)", sourceLocation: location)
        return simulation
    }

    /// The commits that a member's log gives.
    static func commits(of member: Int, in run: Simulation) -> [Commit] {
        var succession = run.makeSuccession(member)
        return succession.restore(run.machines[member].disk.entries, start: nil)
    }

    /// The commits of a run in which nothing goes wrong.
    static func calmCommits(_ nodes: Int = 4, seconds: UInt64 = 30) throws -> UInt64 {
        try Scenario(nodes, seconds: seconds).run().commitCount(of: 0)
    }
}
