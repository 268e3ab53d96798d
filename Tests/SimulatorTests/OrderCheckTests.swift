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
        var succession = simulation.makeSuccession(0)
        let entries = simulation.machines[0].disk.entries
        commits = succession.restore(entries, start: nil)
        var book = VertexBook(authorCount: 4)
        for entry in entries {
            switch entry.entry {
            case .vertex(let frame): book.enter(frame)
            case .delivered(let name, let digest): _ = book.deliver(name.author, name.sequence, digest: digest)
            default: break
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
        #expect(ReplayCheck.judge(commits, announced: count, hash: order.hash) == [])
        #expect(ReplayCheck.judge(Array(commits.dropLast()), announced: count, hash: order.hash).count == 1)
        #expect(ReplayCheck.judge(Array(commits.dropFirst()), announced: count - 1, hash: order.hash).count > 1)
        let other = change(commits[0], hash: commits[1].hash) { _ in }
        #expect(ReplayCheck.judge([other] + commits.dropFirst(), announced: count, hash: order.hash).count == 1)
    }

    /// Marks of Q voters end an epoch: with that commit, and with what they say.
    @Test func epochEnd() throws {
        let authors = syndicate.configuration.authors
        let mark = try CloseMark(epoch: syndicate.epoch.id, authors: authors, bounds: .init())
        let other = try CloseMark(epoch: syndicate.epoch.id, authors: Array(authors.dropLast()), bounds: .init())
        func commit(_ number: Int, _ marks: [Int: CloseMark]) throws -> Commit {
            let vertices = try marks.keys.sorted().map { author in
                let vertex = try Vertex(
                    epoch: syndicate.epoch.id, author: UInt16(author), sequence: UInt64(number), round: 1,
                    parents: Vertex.Parents(sequences: [0, 0, 0, 0], hash: .zero), carriesControl: true, facts: nil,
                    records: [try #require(marks[author]).encoded()])
                return CommittedVertex(
                    name: VertexName(author: author, sequence: UInt64(number)), digest: .zero, vertex: vertex)
            }
            return Commit(number: UInt64(number), hash: SHA256.hash([7]), round: 2, vertices: vertices)
        }
        var check = CloseCheck(syndicate.configuration)
        #expect(check.committed(try commit(1, [0: mark, 1: mark])) == nil)
        #expect(check.committed(try commit(2, [1: other, 2: mark])) == nil)
        #expect(check.expected == nil, "voter 1 has changed its mind")
        #expect(check.committed(try commit(3, [3: mark])) == nil)
        let next = syndicate.configuration.following(mark, commit: 3, hash: SHA256.hash([7]))
        #expect(check.expected == next)
        #expect(check.ended(with: next) == nil)
        #expect(check.ended(with: syndicate.configuration.following(other, commit: 3, hash: SHA256.hash([7]))) != nil)
        #expect(check.ended(with: syndicate.configuration.following(mark, commit: 2, hash: SHA256.hash([7]))) != nil)
        #expect(check.committed(try commit(4, [:])) != nil, "after the end")
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
