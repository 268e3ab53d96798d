import Accounting
import Bitcoin
import Broadcast
import Testing
import Wire

@testable import Simulator

/// Members whose nodes, clocks or ledgers differ.
@Suite(.optimisedOnly) struct ChainScenarioTests {
    private let second = Scenario.second

    /// What follows from a member's commits: for each the highest height that is fixed and the median of the values.
    private struct Chain: Equatable {
        var fixed: [UInt32?] = []
        var medians: [Amount?] = []
        /// For each vertex with facts whether it came after its height was fixed.
        var isLate: [Bool] = []
        /// The tips that voters named, and how often one went back.
        var tips: [UInt32: [Hash256]] = [:]
        var returns = 0

        init(_ epoch: Epoch, _ commits: some Sequence<Commit>) {
            var view = ChainBook(epoch.configuration, lag: 6)
            var heights = [UInt32](repeating: 0, count: epoch.authorCount)
            for commit in commits {
                for vertex in commit.vertices {
                    guard let facts = vertex.vertex.facts else { continue }
                    isLate.append(view.fixedHeight.map { facts.height <= $0 } ?? false)
                    if facts.height < heights[vertex.name.author] { returns += 1 }
                    heights[vertex.name.author] = facts.height
                    if tips[facts.height]?.contains(facts.tip) != true {
                        tips[facts.height, default: []].append(facts.tip)
                    }
                }
                let before = view.fixedHeight
                let news = view.absorb(LedgerCommit(commit))
                // Heights are fixed one after the other, each once.
                if let news { #expect(news.heights.lowerBound == before.map { $0 + 1 } ?? 0) }
                fixed.append(view.fixedHeight)
                medians.append(view.lowerMedian { $0.value })
            }
        }
    }

    /// The same chain at all members, as far as all have committed; the first member's is returned.
    private func commonChain(_ run: Simulation, members: Int) throws -> Chain {
        let commits = (0..<members).map { Scenario.commits(of: $0, in: run) }
        let count = commits.map(\.count).min() ?? 0
        try #require(count > 20)
        let chains = commits.map { Chain(run.syndicate.epoch, $0.prefix(count)) }
        #expect(chains.allSatisfy { $0 == chains[0] })
        return chains[0]
    }

    /// 12. Members whose nodes see different tips judge all vertices alike: all are delivered everywhere, and what is
    /// late is late for all.
    @Test func differentTips() throws {
        var scenario = try Scenario(seconds: 60)
        scenario.plan.machines[0].submissionInterval = 20_000
        let run = scenario.simulation()
        var apart = 0
        for time: UInt64 in 1...60 {
            run.run(until: time * second)
            if Set(run.machines.map(\.height)).count > 1 { apart += 1 }
        }
        let report = run.run()
        #expect(report.violations.isEmpty, "\(report)")
        #expect(apart > 30, "for most of the time tips differ")
        #expect((0..<4).allSatisfy { run.core(of: $0)?.counters.malformedVertices == 0 })
        let chain = try commonChain(run, members: 4)
        #expect(chain.isLate.contains(true) && chain.isLate.contains(false))
        #expect((chain.fixed.last ?? nil) ?? 0 > 800_002)
    }

    /// 25. Blocks come and go, and two stand at one height: a height that is fixed stays fixed at the same commit for
    /// all, medians are the same for all, and nobody signs two things for one commit (I10).
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func reorganisations(seed: UInt64) throws {
        var scenario = try Scenario(seconds: 60)
        for member in 0..<4 { scenario.plan.machines[member].seesReorganisations = true }
        let run = scenario.run(seed: seed)
        let chain = try commonChain(run, members: 4)
        #expect(chain.returns > 2, "tips went back")
        #expect(chain.tips.values.contains { $0.count > 1 }, "two blocks at one height")
        #expect((chain.fixed.last ?? nil) ?? 0 > 800_000)
        #expect(Set(chain.medians.compactMap { $0 }).count > 2)
        #expect((0..<4).allSatisfy { run.core(of: $0)?.certifiedCommit ?? 0 >= 48 })
        #expect((0..<4).allSatisfy { run.alarms(of: $0).isEmpty })
    }

    /// 26. Clocks that are hours apart change nothing at all: every frame leaves as it would without.
    @Test func clocksThatAreApart() throws {
        var scenario = try Scenario()
        let calm = scenario.run()
        for (member, lead) in [3_600, 7_200, 0, 1].enumerated() {
            scenario.plan.machines[member].clockLead = UInt64(lead) * second
        }
        let apart = scenario.run()
        #expect(apart.report.traceHash == calm.report.traceHash)
        #expect(apart.commitCount(of: 0) > 30)
    }

    /// 26. Clocks that jump by an hour or go back by some seconds make a member hurry or pause: order and validity are
    /// the same for all, and nothing is lost.
    @Test func clocksThatJump() throws {
        var scenario = try Scenario()
        scenario.plan.machines[1].clockSetback = (8 * second, 3 * second)
        scenario.plan.machines[2].clockJump = (10 * second, 3_600 * second)
        let run = scenario.run()
        #expect((0..<4).allSatisfy { run.core(of: $0)?.counters.malformedVertices == 0 })
        #expect(try run.commitCount(of: 0) + 10 > Scenario.calmCommits())
        _ = try commonChain(run, members: 4)
    }

    /// 27. One member's ledger comes to something else: it says so and signs no more, the others sign, and the order
    /// goes on with its votes.
    @Test func aDifferentLedger() throws {
        var scenario = try Scenario(seconds: 60)
        let calm = scenario.simulation()
        calm.run(until: 60 * second)
        scenario.plan.machines[3].wrongLedgerStart = 33
        let run = scenario.simulation()
        var signed: [[UInt64]] = Array(repeating: [], count: 4)
        run.observer = { sender, frame, _ in
            if case .checkpoint(let frame)? = try? Frame(decoding: frame) {
                signed[sender].append(frame.checkpoint.commit)
            }
        }
        run.run(until: 60 * second)
        #expect(run.report.violations.map(\.invariant) == [.signature])
        #expect(run.report.violations.map(\.text) == ["halted at 48"])
        #expect(run.alarms(of: 3) == [.diverged(commit: 48)])
        #expect(signed[3].max() ?? 0 <= 48, "its first different signature, if any, is its last")
        #expect(run.core(of: 3)?.isHalted == true)
        for member in 0..<3 {
            #expect(run.alarms(of: member).isEmpty && run.core(of: member)?.isHalted == false)
            #expect(run.core(of: member)?.certifiedCommit ?? 0 >= 80)
            #expect(run.machines[member].certificates.contains { $0.checkpoint.commit == 48 })
        }
        #expect(run.commitCount(of: 3) + 2 >= run.commitCount(of: 0))
        #expect(run.commitCount(of: 0) * 20 > calm.commitCount(of: 0) * 19)
    }
}

extension LedgerCommit {
    fileprivate init(_ commit: Commit) {
        self.init(number: commit.number, hash: commit.hash, vertices: commit.vertices.map(\.vertex))
    }
}
