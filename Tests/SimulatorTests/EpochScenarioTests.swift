import Broadcast
import Simulator
import TestSupport
import Testing
import Wire

/// Epochs that end, and members with old logs, each in a script with its expected outcome.
@Suite(.optimisedOnly) struct EpochScenarioTests {
    private let second = Scenario.second

    /// 24. Epochs end although f voters refuse, and a voter and an author without a vote ask for something else; the
    /// rest appears once in the next epoch (I6 looks), and all end it alike (I16 looks).
    @Test(arguments: [(4, 1), (5, 1), (7, 2)])
    func anEndWithRefusersAndLiars(nodes: Int, faults: Int) throws {
        for seed in 1...UInt64(Scale.count(2, full: 20)) {
            var scenario = try Scenario(nodes)
            let all = Scenario.mask(Array(0..<nodes))
            for number in 0..<3 {
                var close = FaultPlan.Close(time: UInt64(3 + 4 * number) * second, voters: all)
                close.refusers = Scenario.mask(Array(0..<(faults - 1)))
                close.liars = 1 << UInt64(faults - 1)
                scenario.plan.closes.append(close)
            }
            let run = scenario.run(seed: seed)
            #expect((0..<nodes).allSatisfy { run.core(of: $0)?.configuration.number == 3 })
        }
    }

    /// More than f refuse: the epoch goes on, and nothing else suffers.
    @Test func anEndThatTooFewWant() throws {
        var scenario = try Scenario()
        var close = FaultPlan.Close(time: 3 * second, voters: 15)
        close.refusers = 0b0011
        scenario.plan.closes = [close]
        let run = scenario.run()
        #expect((0..<4).allSatisfy { run.core(of: $0)?.configuration.number == 0 })
        #expect(run.commitCount(of: 0) * 10 >= (try Scenario.calmCommits()) * 9)
    }

    /// A voter leaves and an author that only had a lane takes its seat; the former voter keeps its lane.
    @Test func aSeatChangesHands() throws {
        var scenario = try Scenario(4, others: 1)
        let authors = scenario.syndicate.configuration.authors
        let observer = try #require(authors.firstIndex { !$0.isVoter })
        let leaver = try #require(authors.firstIndex { $0.isVoter })
        let next = Scenario.mask(authors.indices.filter { $0 != leaver })
        scenario.plan.closes = [FaultPlan.Close(time: 5 * second, voters: next)]
        let run = scenario.run()
        for member in authors.indices {
            let epoch = try #require(run.core(of: member)).configuration
            #expect(epoch.number == 1)
            #expect(epoch.authors[observer].isVoter && !epoch.authors[leaver].isVoter)
        }
    }

    /// A member is away while an epoch ends, and comes back in the next.
    @Test func anAbsenceAcrossTheEnd() throws {
        var scenario = try Scenario()
        scenario.plan.crashes = [.init(author: 2, time: 2 * second, downtime: 9 * second)]
        scenario.plan.closes = [4, 7].map { FaultPlan.Close(time: $0 * second, voters: 15) }
        let run = scenario.run()
        #expect((0..<4).allSatisfy { run.core(of: $0)?.configuration.number == 2 })
    }

    /// The power goes everywhere while the marks are on their way.
    @Test(arguments: 0..<5)
    func aBlackoutAtTheEnd(tenth: Int) throws {
        var scenario = try Scenario()
        scenario.plan.closes = [FaultPlan.Close(time: 4 * second, voters: 15)]
        let time = 4 * second + UInt64(tenth) * second / 10
        scenario.plan.crashes = (0..<4).map { .init(author: $0, time: time, downtime: second / 2) }
        let run = scenario.run()
        #expect((0..<4).allSatisfy { run.core(of: $0)?.configuration.number == 1 })
    }

    /// 19. A member comes back with a copy of its log that is seconds old, or with none: it finds out by the others,
    /// says nothing twice (I5 looks over both lives) and gets on.
    @Test(arguments: [0, 300_000, 800_000] as [UInt64])
    func anOldCopyOfTheLog(kept: UInt64) throws {
        for seed in 1...UInt64(Scale.count(2, full: 20)) {
            var scenario = try Scenario()
            scenario.plan.amnesias = [.init(author: 1, time: 8 * second, downtime: second, kept: kept)]
            let run = scenario.run(seed: seed)
            #expect(run.alarms(of: 1).contains(.oldLog))
            #expect((run.core(of: 0)?.deliveredSequences[1] ?? 0) > 40, "its lane goes on")
        }
    }

    /// The same in the moment in which an epoch ends, from before its end.
    @Test func anOldCopyAcrossAnEnd() throws {
        var scenario = try Scenario()
        scenario.plan.closes = [FaultPlan.Close(time: 6 * second, voters: 15)]
        scenario.plan.amnesias = [.init(author: 1, time: 9 * second, downtime: second, kept: 300_000)]
        let run = scenario.run()
        #expect(run.alarms(of: 1).contains(.oldLog))
        #expect(run.core(of: 1)?.configuration.number == 1)
    }

    /// Logs that are whole raise no alarm, whoever restarts.
    @Test func wholeLogsAreTrusted() throws {
        var scenario = try Scenario()
        for member in 0..<4 {
            for turn in 0..<3 {
                let time = UInt64(2 + 3 * turn + member) * second
                scenario.plan.crashes.append(
                    .init(author: member, time: time, point: CrashPoint.allCases[turn], downtime: second / 3))
            }
        }
        let run = scenario.run()
        #expect((0..<4).allSatisfy { run.alarms(of: $0).isEmpty })
    }
}
