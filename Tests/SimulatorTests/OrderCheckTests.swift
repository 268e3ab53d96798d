import Bitcoin
import Testing
import Wire

@testable import Broadcast
@testable import Simulator

/// The checks of order and replay, shown the commits of a real run and what is made of them.
@Suite(.optimisedOnly) struct OrderCheckTests {
    let syndicate: Syndicate
    let commits: [Commit]
    let book: VertexBook

    /// Commits of a calm run, and the vertices below them.
    init() throws {
        syndicate = try Syndicate(voters: 4, observers: 0)
        let simulation = Simulation(
            syndicate: syndicate, plan: .calm(authors: 4, seconds: 8), random: SplitMix64(seed: 1), command: "")
        simulation.run(until: 8_000_000)
        var core = simulation.makeCore(0)
        let entries = simulation.machines[0].disk.entries
        commits = core.restore(entries)
        var book = VertexBook(authorCount: 4)
        for entry in entries {
            switch entry {
            case .vertex(let frame): book.enter(frame)
            case .delivered(let name, let digest): _ = book.deliver(name.author, name.sequence, digest: digest)
            case .echoed, .readied, .evidence, .signed, .diverged: break
            }
        }
        self.book = book
    }

    /// What the check finds in a list of commits.
    private func judge(_ commits: [Commit]) -> Set<Int> {
        var check = OrderCheck(syndicate.configuration)
        var found: Set<Int> = []
        for commit in commits { found.formUnion(check.committed(by: 0, commit, book).found.map(\.0.rawValue)) }
        return found
    }

    private func change(_ commit: Commit, hash: Hash256? = nil, _ edit: (inout [CommittedVertex]) -> Void) -> Commit {
        var vertices = commit.vertices
        edit(&vertices)
        return Commit(number: commit.number, hash: hash ?? commit.hash, round: commit.round, vertices: vertices)
    }

    @Test func theRunIsFoundGood() throws {
        #expect(commits.count > 4)
        #expect(judge(commits) == [])
        let rounds = commits.map(\.round)
        #expect(OrderOracle(syndicate.configuration, book).anchorRounds().starts(with: rounds))
        #expect(syndicate.epoch.anchorAuthor(round: 2) == AnchorSchedule.authors(syndicate.configuration)[1])
    }

    @Test func aCommitIsLeftOut() {
        #expect(judge([commits[0], commits[2]]) == [2])
    }

    @Test func twoMembersDiffer() {
        var check = OrderCheck(syndicate.configuration)
        #expect(check.committed(by: 0, commits[0], book).isNew)
        let other = change(commits[0], hash: commits[1].hash) { _ in }
        #expect(check.committed(by: 1, other, book).found.map(\.0) == [.order])
        #expect(check.number(of: 1) == 1)
        #expect(check.hash(1) == commits[0].hash && check.hash(2) == nil && check.hash(0) == nil)
    }

    @Test func hIsWrong() {
        #expect(judge([change(commits[0], hash: commits[1].hash) { _ in }]) == [2])
    }

    @Test func aVertexIsMissing() {
        #expect(judge([commits[0], change(commits[1]) { $0.removeFirst() }]).contains(2))
    }

    @Test func verticesAreNotSorted() {
        #expect(judge([commits[0], change(commits[1]) { $0.swapAt(0, 1) }]).contains(2))
    }

    @Test func aVertexIsCommittedTwice() {
        let again = change(commits[1]) { $0.insert(commits[0].vertices[0], at: 0) }
        #expect(judge([commits[0], again]).contains(3))
    }

    @Test func anotherAnchor() throws {
        let first = try #require(commits.first)
        let headless = change(first) { $0.removeLast() }
        #expect(judge([headless]).contains(2))
        #expect(judge([change(first) { $0.removeAll() }]) == [2])
    }

    /// Members agree on a list that skips an anchor: only who knows all vertices sees it.
    @Test func theOracleSeesASkippedAnchor() {
        let rounds = commits.map(\.round)
        let expected = OrderOracle(syndicate.configuration, book).anchorRounds()
        #expect(!expected.starts(with: rounds.dropFirst()))
        var watcher = Watcher(syndicate.configuration, isCorrect: [true, true, true, true])
        watcher.finish(live: [], at: 0, demandsProgress: false)
        #expect(watcher.violations.isEmpty)
    }

    @Test func replay() {
        var order = OrderCheck(syndicate.configuration)
        for commit in commits { _ = order.committed(by: 0, commit, book) }
        let count = UInt64(commits.count)
        #expect(ReplayCheck.judge(commits, announced: count, order) == [])
        #expect(ReplayCheck.judge(Array(commits.dropLast()), announced: count, order).count == 1)
        #expect(ReplayCheck.judge(Array(commits.dropFirst()), announced: count - 1, order).count > 1)
        let other = change(commits[0], hash: commits[1].hash) { _ in }
        #expect(ReplayCheck.judge([other] + commits.dropFirst(), announced: count, order).count == 1)
    }

    @Test func evidence() throws {
        var check = EvidenceCheck(authorCount: 4)
        let one = EquivocationEvidence.Signed(digest: SHA256.hash([1]), signature: [UInt8](repeating: 1, count: 64))
        let two = EquivocationEvidence.Signed(digest: SHA256.hash([2]), signature: [UInt8](repeating: 2, count: 64))
        let proof = try EquivocationEvidence(epoch: syndicate.epoch.id, author: 3, sequence: 9, one, two)
        let name = VertexName(author: 3, sequence: 10)
        #expect(check.echoed(by: 0, name) == nil)
        check.committed(by: 0, commits[0])
        #expect(check.echoed(by: 0, name) == nil)
        let old = try #require(commits[0].vertices.first)
        let vertex = try Vertex(
            epoch: old.vertex.epoch, author: old.vertex.author, sequence: 1, round: 1,
            parents: Vertex.Parents(sequences: old.vertex.parents, hash: old.vertex.parentHash), carriesControl: true,
            facts: nil, records: [proof.encoded()])
        check.committed(
            by: 0, change(commits[0]) { $0[0] = CommittedVertex(name: old.name, digest: old.digest, vertex: vertex) })
        #expect(check.echoed(by: 0, name) != nil)
        #expect(check.echoed(by: 1, name) == nil)
    }
}
