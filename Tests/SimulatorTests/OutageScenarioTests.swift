import TestSupport
import Testing
import Wire

@testable import Broadcast
@testable import Simulator

/// Crashes, cuts, disks and clocks, each in a script with its expected outcome.
@Suite(.optimisedOnly) struct OutageScenarioTests {
    private let second = Scenario.second

    /// 2. f+1 members stop: no commit and no fork, the next vertices still spread among the others while further
    /// records wait, and one of those that stopped coming back is enough.
    @Test(arguments: [(4, 1), (7, 2)])
    func tooManyStop(nodes: Int, faults: Int) throws {
        var scenario = try Scenario(nodes, seconds: 60)
        let stopped = Array((nodes - faults - 1)..<nodes)
        let live = 0..<stopped[0]
        scenario.plan.crashes = stopped.map {
            .init(author: $0, time: 10 * second, downtime: ($0 == stopped[0] ? 15 : 18) * second)
        }
        let run = scenario.simulation()
        run.run(until: 11 * second)
        let before = live.map { run.commitCount(of: $0) }
        run.run(until: 24 * second + 900_000)
        #expect(live.map { run.commitCount(of: $0) } == before)
        for author in live {
            let next = try #require(run.core(of: author)?.own.inFlight)
            #expect(run.core(of: author)?.pendingRecordCount ?? 0 > 5)
            for member in live {
                #expect(run.core(of: member)?.windows[author][0].candidate?.digest == next.digest)
            }
        }
        run.run(until: 28 * second)
        #expect(before[0] > 5 && run.commitCount(of: 0) > before[0], "one is back, the others are not")
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
    }

    /// 17. The power goes when a write is durable and nothing is sent, and when half is sent, over and over.
    @Test(arguments: [CrashPoint.now, .afterSync, .whileSending])
    func crashes(point: CrashPoint) throws {
        for seed in 1...UInt64(Scale.count(1, full: 8)) {
            var scenario = try Scenario()
            for turn: UInt64 in 0..<28 {
                scenario.plan.crashes.append(
                    .init(
                        author: Int((turn + seed) % 4), time: turn * second / 2 + 300_000, point: point,
                        downtime: 50_000))
            }
            #expect(scenario.run(seed: seed).commitCount(of: 0) > 5)
        }
    }

    /// 18. The power goes while writes are under way on slow disks: the log ends at its last whole entry, what is lost
    /// comes again from the others, nothing is said twice (I5), and all get on.
    @Test(arguments: 1...UInt64(Scale.count(2, full: 8)))
    func tornWrites(seed: UInt64) throws {
        var scenario = try Scenario()
        for member in 0..<4 { scenario.plan.machines[member].syncDelay = 20_000...60_000 }
        for turn: UInt64 in 0..<28 {
            scenario.plan.crashes.append(
                .init(author: Int(turn % 4), time: turn * second / 2 + 120_000, downtime: 20_000))
        }
        let run = scenario.simulation(seed: seed)
        run.run(until: 15 * second)
        let lost = run.machines.map(\.lostEntries)
        #expect(run.machines.allSatisfy { $0.incarnation == 8 && $0.lostEntries > 2 }, "all lost something: \(lost)")
        #expect(lost.reduce(0, +) > 28, "more than an entry a crash")
        let counts = (0..<4).map { run.commitCount(of: $0) }
        #expect(counts.allSatisfy { $0 > 8 && $0 + 3 > counts.max() ?? 0 }, "\(counts)")
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
    }

    /// 21. One member hears nobody while all hear it: it lags, the others commit, it catches up.
    @Test func deafMember() throws {
        var scenario = try Scenario(seconds: 60)
        let cut = Cut(start: 5 * second, end: 30 * second, from: Scenario.mask([1, 2, 3]), to: Scenario.mask([0]))
        scenario.plan.cuts = [cut]
        let run = scenario.simulation()
        run.run(until: 29 * second)
        #expect(run.commitCount(of: 0) + 20 < run.commitCount(of: 1))
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
        #expect(run.commitCount(of: 0) + 3 > run.commitCount(of: 1))
    }

    /// 22. Two halves for ten minutes (one in usual runs): no commit and no fork, and a minute after the end all is
    /// committed.
    @Test func twoHalves() throws {
        let (start, end) = (20 * second, (20 + UInt64(Scale.count(60, full: 600))) * second)
        var scenario = try Scenario()
        let halves = [Scenario.mask([0, 1]), Scenario.mask([2, 3])]
        scenario.plan.cuts = [
            Cut(start: start, end: end, from: halves[0], to: halves[1]),
            Cut(start: start, end: end, from: halves[1], to: halves[0]),
        ]
        scenario.plan.duration = end + 60 * second
        scenario.plan.healTime = end
        scenario.plan.lastSubmission = end
        let run = scenario.simulation()
        run.run(until: start + second)
        let before = run.commitCount(of: 0)
        run.run(until: end - second)
        #expect((0..<4).allSatisfy { run.commitCount(of: $0) <= before + 1 })
        run.run(until: scenario.plan.duration)
        run.finish()
        #expect(run.report.violations.isEmpty, "\(run.report)")
        #expect(run.report.records > 800)
    }

    /// 28. A slow disk slows its own lane and nothing else: what the member knows is as new as what the others know,
    /// what it announces is late by two writes at most, and the others go on.
    @Test func slowDisk() throws {
        var scenario = try Scenario()
        scenario.plan.machines[3].syncDelay = 500_000...500_000
        let run = scenario.simulation()
        var announced = [UInt64](repeating: 0, count: 3)
        for half: UInt64 in 4..<60 {
            run.run(until: half * second / 2)
            let cores = try (0..<4).map { try #require(run.core(of: $0)) }
            let lags = zip(cores[0].deliveredSequences, cores[3].deliveredSequences).map { $0 > $1 ? $0 - $1 : 0 }
            #expect(lags.allSatisfy { $0 <= 8 }, "at \(half) half seconds: \(lags)")
            announced.append(run.commitCount(of: 0))
            #expect(run.commitCount(of: 3) >= announced[announced.count - 4], "late by 1.5 s, at \(half) half seconds")
        }
        let calm = try Scenario().simulation()
        for one in [run, calm] { one.run(until: 30 * second) }
        let lanes = try #require(run.core(of: 0)).deliveredSequences
        let calmLanes = try #require(calm.core(of: 0)).deliveredSequences
        #expect(lanes[3] * 2 < lanes[0] && lanes[3] > 20)
        #expect((0..<3).allSatisfy { lanes[$0] * 10 > calmLanes[$0] * 9 }, "\(lanes), in calm \(calmLanes)")
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
    }

    /// 28. A full disk stops its lane before anything more is sent; the others go on as beside a silent member.
    @Test func fullDisk() throws {
        var scenario = try Scenario()
        scenario.plan.machines[3].diskFullTime = 8 * second
        let run = scenario.simulation()
        run.run(until: 9 * second)
        let before = try #require(run.core(of: 0)).deliveredSequences[3]
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
        #expect(before > 8)
        #expect((0..<3).allSatisfy { run.core(of: $0)?.deliveredSequences[3] == before })
        var silent = try Scenario()
        silent.plan.behaviours[3] = Behaviour(.silent)
        #expect(run.commitCount(of: 0) >= silent.run().commitCount(of: 0))
    }
}
