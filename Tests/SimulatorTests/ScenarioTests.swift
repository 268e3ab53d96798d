import Broadcast
import TestSupport
import Testing
import Wire

@testable import Simulator

/// Byzantine members, each in a script with its expected outcome.
@Suite(.optimisedOnly) struct ScenarioTests {
    private let second = Scenario.second

    /// 1. f members never speak: commits go on.
    @Test(arguments: [(4, 1), (7, 2), (10, 3)])
    func silentMembers(nodes: Int, faults: Int) throws {
        var scenario = try Scenario(nodes)
        for member in 0..<faults { scenario.plan.behaviours[member] = Behaviour(.silent) }
        #expect(scenario.run().commitCount(of: nodes - 1) > 5)
    }

    /// 3. Two vertices for one sequence: one is delivered at most, and the proof is committed.
    @Test(arguments: 1...UInt64(Scale.count(1, full: 8)))
    func equivocation(seed: UInt64) throws {
        var scenario = try Scenario()
        scenario.plan.behaviours[0] = Behaviour(.equivocates)
        scenario.plan.behaviours[0]?.recipients = Scenario.mask([1, 2])
        let run = scenario.run(seed: seed)
        #expect((1..<4).contains { run.alarms(of: $0).contains(.equivocation(author: 0)) })
        #expect((1..<4).allSatisfy { run.hasProof(against: 0, at: $0) })
        #expect(!run.hasProof(against: 1, at: 2))
    }

    /// 4. The same with colluders that echo and ready both.
    @Test(arguments: [(4, 1), (5, 1), (6, 1), (7, 2), (8, 2)])
    func equivocationWithColluders(nodes: Int, faults: Int) throws {
        for seed in 1...UInt64(Scale.count(1, full: 8)) {
            var scenario = try Scenario(nodes, seconds: 16)
            for member in 0..<faults { scenario.plan.behaviours[member] = Behaviour(.doubleVotes) }
            scenario.plan.behaviours[0]?.kinds.insert(.equivocates)
            scenario.plan.behaviours[0]?.recipients = Scenario.mask(Array(faults..<(nodes + faults + 1) / 2))
            scenario.run(seed: seed)
        }
    }

    /// 5. The author sends to Q-f correct members and dies: all deliver or nobody.
    @Test(arguments: [4, 5, 7])
    func sendsToJustEnough(nodes: Int) throws {
        var scenario = try Scenario(nodes)
        let quorum = scenario.syndicate.epoch.quorum
        scenario.plan.behaviours[0] = Behaviour(.selects)
        scenario.plan.behaviours[0]?.chance = 1_000_000
        scenario.plan.behaviours[0]?.recipients = Scenario.mask(Array(1...(quorum.decision - quorum.faults)))
        scenario.plan.deaths = [.init(author: 0, time: 3 * second)]
        let run = scenario.run()
        let delivered = (1..<nodes).map { run.core(of: $0)?.deliveredSequences[0] }
        #expect(Set(delivered).count == 1)
        #expect(delivered[0] != nil)
    }

    /// 6. It sends to fewer: nobody delivers, and the others do not care.
    @Test func sendsToTooFew() throws {
        var scenario = try Scenario()
        scenario.plan.behaviours[0] = Behaviour(.selects)
        scenario.plan.behaviours[0]?.chance = 1_000_000
        scenario.plan.behaviours[0]?.recipients = Scenario.mask([2])
        let run = scenario.run()
        #expect((1..<4).allSatisfy { run.core(of: $0)?.deliveredSequences[0] == 0 })
        #expect(run.commitCount(of: 1) > 5)
    }

    /// 8. Skipped and reused sequences, two rounds on one predecessor, wrong parents: nothing of it is echoed.
    @Test(arguments: 1...UInt64(Scale.count(1, full: 8)))
    func forks(seed: UInt64) throws {
        var scenario = try Scenario()
        scenario.plan.behaviours[0] = Behaviour(.forks)
        let run = scenario.run(seed: seed)
        let counters = (1..<4).compactMap { run.core(of: $0)?.counters }
        #expect(counters.contains { $0.malformedVertices + $0.badFrames + $0.droppedVertices > 0 })
        #expect(run.commitCount(of: 1) > 5)
    }

    /// 10. and 11. One bad share in a good vertex: no correct member echoes it.
    @Test func invalidShares() throws {
        var scenario = try Scenario()
        scenario.plan.behaviours[0] = Behaviour(.invalidPayload)
        scenario.plan.behaviours[0]?.start = 10 * second
        scenario.plan.behaviours[0]?.chance = 1_000_000
        let run = scenario.simulation()
        run.run(until: 9 * second)
        let before = try #require(run.core(of: 1)).deliveredSequences[0]
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
        let after = (1..<4).compactMap { run.core(of: $0)?.deliveredSequences[0] }
        #expect(before > 4)
        #expect(Set(after).count == 1 && after[0] <= before + 8, "the lane stands still at all members alike")
        #expect((1..<4).allSatisfy { (run.core(of: $0)?.counters.malformedVertices ?? 0) == 1 })
    }

    /// 15. A member withholds its vertices, anchors among them: their waves are skipped, the rest is committed.
    @Test func withheldAnchors() throws {
        var scenario = try Scenario()
        scenario.plan.behaviours[2] = Behaviour(.selects)
        scenario.plan.behaviours[2]?.chance = 1_000_000
        scenario.plan.behaviours[2]?.recipients = 0
        #expect(scenario.run().commitCount(of: 0) > 5)
    }

    /// 16. A member names no new vertex of a victim: the next anchor of another brings the victim's, 2(f+1) rounds
    /// later at most.
    @Test func ignoredVictim() throws {
        var scenario = try Scenario()
        let (liar, victim) = (3, 1)
        scenario.plan.behaviours[liar] = Behaviour(.ignores)
        scenario.plan.behaviours[liar]?.chance = 1_000_000
        scenario.plan.behaviours[liar]?.victim = victim
        let run = scenario.run()
        let lanes = try #require(run.core(of: 0)).deliveredSequences
        #expect(lanes[liar] * 4 > lanes[0] * 3, "the ignoring vertices are well formed")
        var passedOver = 0
        for commit in Scenario.commits(of: 0, in: run) {
            let rounds = commit.vertices.filter { $0.name.author == victim }.map(\.vertex.round)
            #expect(rounds.allSatisfy { $0 + 4 >= commit.round }, "\(rounds) in the commit of round \(commit.round)")
            if commit.vertices.last?.name.author == liar, !rounds.contains(commit.round - 1) { passedOver += 1 }
        }
        #expect(passedOver > 5, "anchors of the liar without the victim's newest vertex")
    }

    /// 20. Two live processes with one key: one of them is alarmed, nobody delivers two vertices of one name (I1), and
    /// the others commit as beside a silent member. That peers keep the first connection is the network's matter.
    @Test(arguments: 1...UInt64(Scale.count(3, full: 8)))
    func oneKeyTwice(seed: UInt64) throws {
        var scenario = try Scenario()
        scenario.plan.behaviours[1] = Behaviour(.twins)
        let run = scenario.run(seed: seed)
        let halves = run.homes[1].map { run.machines[$0].alarms }
        #expect(halves.count == 2)
        let isForeign = halves.joined().contains { if case .foreignOwnVertex = $0 { true } else { false } }
        #expect(isForeign, "one of the two meets what the other made")
        scenario.plan.behaviours[1] = Behaviour(.silent)
        #expect(run.commitCount(of: 0) * 10 > scenario.run(seed: seed).commitCount(of: 0) * 8)
    }
}
