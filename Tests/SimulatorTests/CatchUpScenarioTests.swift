import Broadcast
import TestSupport
import Testing
import Wire

@testable import Simulator

/// A member that was away, and another that lies to it.
@Suite(.optimisedOnly) struct CatchUpScenarioTests {
    private let second = Scenario.second

    private let liar = 0
    private let away = 3

    /// Member 3 is away for 27 s, and member 0 lies to whoever wants to catch up.
    private func scenario() throws -> Scenario {
        var scenario = try Scenario(seconds: 60)
        scenario.plan.behaviours[liar] = Behaviour(.liesInCatchUp)
        let others = Scenario.mask([0, 1, 2])
        scenario.plan.cuts = [
            Cut(start: 3 * second, end: 30 * second, from: others, to: Scenario.mask([away])),
            Cut(start: 3 * second, end: 30 * second, from: Scenario.mask([away]), to: others),
        ]
        return scenario
    }

    /// 23. A peer that says to be far ahead serves wrong digests, a wrong order, too little, a wrong checkpoint, old
    /// news or nothing: every lie is found, the others help, and 8 s after the end of its absence the member is where
    /// they are.
    @Test(arguments: 1...UInt64(Scale.count(6, full: 24)))
    func aLiarServesHistory(seed: UInt64) throws {
        let run = try scenario().simulation(seed: seed)
        var asked: [Int] = []
        var served = 0
        run.observer = { sender, frame, receiver in
            switch Frame.kind(of: frame) {
            case .catchUp where sender == away: asked += [receiver].compactMap { $0 }
            case .commits where receiver == away: served += 1
            default: break
            }
        }
        run.run(until: 30 * second)
        #expect(run.commitCount(of: away) + 40 < run.commitCount(of: 1))
        let before = asked.count
        run.run(until: 38 * second)
        #expect(run.commitCount(of: away) + 3 >= run.commitCount(of: 1))
        #expect(asked[before...].count { $0 == liar } <= 2, "who lied is left alone for 5 s: \(asked)")
        #expect(served > 0, "others helped: \(asked)")
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
        #expect(run.alarms(of: away).isEmpty)
    }

    /// Over some seeds the liar is asked, and what it answers is found to be wrong.
    @Test func theLiarIsAsked() throws {
        var (lies, found) = (0, UInt64(0))
        for seed: UInt64 in 1...6 {
            let run = try scenario().run(seed: seed)
            lies += run.machines[liar].adversary?.misled.count ?? 0
            found += (1..<4).reduce(0) { $0 + (run.core(of: $1)?.counters.badFrames ?? 0) }
        }
        #expect(lies > 0, "commits that were altered")
        #expect(found > 20, "inventions and altered commits")
    }
}
