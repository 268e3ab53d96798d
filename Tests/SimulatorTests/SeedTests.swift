import Foundation
import Simulator
import TestSupport
import Testing

/// Seeds that draw their faults, and every invariant in each.
@Suite(.optimisedOnly) struct SeedTests {
    /// A share of the seeds of a size, so that the shares run side by side.
    struct Batch: Sendable, CustomTestStringConvertible {
        let nodes: Int
        let byzantine: Int
        let seeds: ClosedRange<UInt64>

        var testDescription: String { "n=\(nodes) f=\(byzantine) seeds \(seeds.lowerBound)-\(seeds.upperBound)" }

        static func split(_ nodes: Int, _ byzantine: Int, count: Int) -> [Batch] {
            guard count > 1 else { return [] }
            let half = UInt64(count / 2)
            return [
                Batch(nodes: nodes, byzantine: byzantine, seeds: 1...half),
                Batch(nodes: nodes, byzantine: byzantine, seeds: (half + 1)...UInt64(count)),
            ]
        }

        static let all =
            split(4, 1, count: Scale.count(1_000, full: 10_000)) + split(5, 1, count: Scale.count(200, full: 2_000))
            + split(6, 1, count: Scale.count(200, full: 2_000)) + split(7, 2, count: Scale.count(100, full: 1_000))
            + split(10, 3, count: Scale.count(20, full: 200))
    }

    @Test(arguments: Batch.all)
    func invariantsHold(batch: Batch) throws {
        let options = SimulationOptions(nodes: batch.nodes, byzantine: batch.byzantine)
        var commits = 0
        for seed in batch.seeds {
            let report = try Simulation(seed: seed, options: options).run()
            #expect(report.violations.isEmpty, "\(report)")
            commits += report.commits
        }
        #expect(commits > 5 * batch.seeds.count, "most seeds commit a lot")
    }

    /// Every seed that failed once stays in the list.
    @Test func regressions() throws {
        let list = Conformance.repositoryRoot.appending(path: "Tests/Vectors/simulator-regressions.txt")
        let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count >= 4)
        for line in lines {
            let numbers = line.prefix { $0 != "#" }.split(separator: " ").compactMap { UInt64($0) }
            try #require(numbers.count == 3, "\(line)")
            let options = SimulationOptions(nodes: Int(numbers[1]), byzantine: Int(numbers[2]))
            let report = try Simulation(seed: numbers[0], options: options).run()
            #expect(report.violations.isEmpty, "\(report)")
        }
    }

    /// n = 1, 2 and 3 tolerate nobody, and work while nobody is faulty.
    @Test(arguments: 1...3)
    func smallSyndicates(nodes: Int) throws {
        for seed in 1...UInt64(Scale.count(1, full: 8)) {
            let report = try Simulation(seed: seed, options: SimulationOptions(nodes: nodes, byzantine: 0)).run()
            #expect(report.violations.isEmpty, "\(report)")
            #expect(report.commits > 0)
        }
    }

    /// An author that does not vote follows a small syndicate, however fast its rounds are: at n = 1 they wait for no
    /// network.
    @Test(arguments: 1...3)
    func observersOfSmallSyndicates(nodes: Int) throws {
        var options = SimulationOptions(nodes: nodes, byzantine: 0)
        options.observers = 1
        // At n = 1 the seeds 3, 5 and 8 lack a window, and 23 and 26 answers that wait for no disk.
        for seed in Array(1...UInt64(Scale.count(8, full: 40))) + [23, 26] {
            let report = try Simulation(seed: seed, options: options).run()
            #expect(report.violations.isEmpty, "\(report)")
        }
    }

    /// More than f byzantine members break the promises, and the checks see it.
    @Test func tooManyByzantineMembers() throws {
        let options = SimulationOptions(nodes: 4, byzantine: 2)
        let broken = try (1...8).contains { seed in
            try !Simulation(seed: UInt64(seed), options: options).run().violations.isEmpty
        }
        #expect(broken)
    }

    @Test func theReportSaysHowToRepeatIt() throws {
        var options = SimulationOptions(nodes: 4, byzantine: 1, seconds: 2)
        #expect(options.command(seed: 7) == "radpool simulate --seed 7 --nodes 4 --byzantine 1 --seconds 2")
        let report = try Simulation(seed: 7, options: options).run()
        #expect(report.description.hasPrefix(options.command(seed: 7) + ": "))
        options.seconds = 60
        #expect(options.command(seed: 7) == "radpool simulate --seed 7 --nodes 4 --byzantine 1")
    }
}
