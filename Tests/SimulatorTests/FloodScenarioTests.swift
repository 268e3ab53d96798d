import Bitcoin
import Broadcast
import Testing
import Wire

@testable import Simulator

/// What f members can send without end, and what it costs the others.
@Suite(.optimisedOnly) struct FloodScenarioTests {
    private let second = Scenario.second

    /// A syndicate whose first members misbehave.
    private func scenario(_ nodes: Int, _ faults: Int, _ behaviour: Behaviour) throws -> Scenario {
        var scenario = try Scenario(nodes)
        for member in 0..<faults { scenario.plan.behaviours[member] = behaviour }
        return scenario
    }

    /// 7. Colluders vote for bytes that nobody has: nobody readies or pulls them for f readies, an echo is asked about
    /// once for each instance, and the others commit as beside silent members.
    @Test(arguments: [(4, 1), (7, 2)])
    func votesForNothing(nodes: Int, faults: Int) throws {
        var behaviour = Behaviour(.votesForNothing)
        behaviour.floodPause = 20_000...40_000
        let run = try scenario(nodes, faults, behaviour).simulation()
        var questions: [PullFrame.Item: [Int]] = [:]
        var votes = 0
        run.observer = { sender, frame, receiver in
            switch try? Frame(decoding: frame) {
            case .pull(let pull):
                for item in pull.items
                where item.digest == Adversary.hollowDigest(Int(item.author), item.sequence) {
                    questions[item, default: [Int](repeating: 0, count: nodes)][sender] += 1
                    #expect(receiver.map { $0 < faults } == true, "who echoed it is asked")
                }
            case .votes(let frame):
                votes += frame.votes.count {
                    $0.digest == Adversary.hollowDigest(Int($0.author), $0.sequence)
                }
            default: break
            }
        }
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
        #expect(votes == 0)
        #expect(questions.count > 20)
        #expect(questions.allSatisfy { $0.value.allSatisfy { $0 <= 1 } })
        let counters = try #require(run.core(of: nodes - 1)).counters
        #expect(counters.conflictingVotes > 20, "the votes came, and came first")
        let silent = try scenario(nodes, faults, Behaviour(.silent)).run()
        #expect(run.commitCount(of: nodes - 1) * 10 > silent.commitCount(of: nodes - 1) * 9)
    }

    /// 9. Random digests, epochs and sequences, garbage, endless pulls, 2,000 frames a second from each of f members:
    /// what is held does not grow, and the time between two commits at p99 stays below twice that beside silent ones.
    @Test(arguments: [(4, 1), (7, 2)])
    func flood(nodes: Int, faults: Int) throws {
        var behaviour = Behaviour(.floods)
        behaviour.floodPause = 400...600
        let flooded = try measure(scenario(nodes, faults, behaviour))
        let quiet = try measure(scenario(nodes, faults, Behaviour(.silent)))
        #expect(flooded.run.report.violations.isEmpty, "\(flooded.run.report)")
        #expect(flooded.slowest < 2 * quiet.slowest, "\(flooded.slowest) ms, \(quiet.slowest) ms beside silent members")
        let half = flooded.held.count / 2
        let (early, late) = (flooded.held[..<half].max() ?? 0, flooded.held[half...].max() ?? 0)
        #expect(early > 0 && late <= 2 * early, "\(early) and \(late) bytes and votes")
        let counters = try #require(flooded.run.core(of: nodes - 1)).counters
        #expect(counters.badFrames > 5_000)
        #expect(counters.droppedVotes > 20_000)
    }

    private struct Measurement {
        let run: Simulation
        /// Milliseconds between two commits, at p99.
        let slowest: UInt64
        /// What the last member held, every 10 ms.
        let held: [Int]
    }

    /// 20 s of virtual time after the start.
    private func measure(_ scenario: Scenario) throws -> Measurement {
        let run = scenario.simulation()
        let member = scenario.plan.behaviours.count - 1
        run.run(until: second)
        var (count, last) = (run.commitCount(of: member), UInt64(1_000))
        var pauses: [UInt64] = []
        var held: [Int] = []
        for time: UInt64 in stride(from: 1_010, to: 21_000, by: 10) {
            run.run(until: time * 1_000)
            let footprint = try #require(run.machines[member].footprint)
            held.append(footprint.heldBytes + footprint.choices)
            guard run.commitCount(of: member) > count else { continue }
            pauses.append(time - last)
            (count, last) = (run.commitCount(of: member), time)
        }
        pauses.sort()
        try #require(pauses.count > 20)
        return Measurement(run: run, slowest: pauses[pauses.count * 99 / 100], held: held)
    }
}
