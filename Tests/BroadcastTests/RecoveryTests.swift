import Bitcoin
import Broadcast
import Testing
import Wire

/// A member that starts asks what it did before, and does not do it otherwise again.
@Suite struct RecoveryTests {
    /// Four members, of whom the last has sent records, and what its log was at some moment before.
    private func cluster() throws -> (cluster: Cluster, old: [LogEntry]) {
        var cluster = try Cluster(voters: 4)
        cluster.run(milliseconds: 2_000)
        let old = cluster.logs[3]
        for turn in 0..<10 {
            cluster.give(.records([[UInt8(turn), 5]], isControl: false), to: 3)
            cluster.run(milliseconds: 300)
        }
        return (cluster, old)
    }

    /// Every vote and vertex that a member sends, by what it names.
    private final class Statements {
        var votes: [String: Hash256] = [:]
        var contradictions: [String] = []

        func hear(_ bytes: [UInt8], of member: Int) {
            switch try? Frame(decoding: bytes) {
            case .votes(let frame):
                for vote in frame.votes {
                    note("\(vote.kind) \(vote.author)/\(vote.sequence)", vote.digest)
                }
            case .vertex(let frame) where Int(frame.vertex.author) == member:
                note("vertex \(frame.vertex.sequence)", Vertex.digest(ofEncoding: frame.encodedVertex))
            default: break
            }
        }

        private func note(_ name: String, _ digest: Hash256) {
            if let known = votes[name], known != digest { contradictions.append(name) }
            votes[name] = digest
        }
    }

    @Test func aMemberWithAWholeLogGoesOn() throws {
        var (cluster, _) = try cluster()
        let before = cluster.commits[3].count
        _ = cluster.restart(3, start: 1)
        #expect(cluster.cores[3].isAskingOthers)
        cluster.run(milliseconds: 100)
        #expect(!cluster.cores[3].isAskingOthers)
        #expect(cluster.alarms[3].isEmpty)
        cluster.run(milliseconds: 3_000)
        #expect(cluster.cores[3].commitNumber > before + 2)
    }

    /// Nothing is said before n-f have answered.
    @Test func nothingIsSaidBeforeTheAnswers() throws {
        var (cluster, _) = try cluster()
        cluster.isLost = { _, to, _ in to == 3 }
        _ = cluster.restart(3, start: 1)
        var said: [Frame.Kind?] = []
        cluster.altered = { from, _, bytes in
            if from == 3 { said.append(Frame.kind(of: bytes)) }
            return bytes
        }
        cluster.run(milliseconds: 2_000)
        #expect(cluster.cores[3].isAskingOthers)
        #expect(Set(said) == [.recoveryQuestion, .status])
        // One answer of three is not enough, two are.
        cluster.isLost = { from, to, _ in to == 3 && from != 0 }
        cluster.run(milliseconds: 1_000)
        #expect(cluster.cores[3].isAskingOthers)
        cluster.isLost = { from, to, _ in to == 3 && from == 2 }
        cluster.run(milliseconds: 1_000)
        #expect(!cluster.cores[3].isAskingOthers)
    }

    /// With an old log, or none: its own vertices are taken up, nothing is said twice, and it gets on.
    @Test(arguments: [true, false])
    func anOldLogIsFoundOut(hasLog: Bool) throws {
        var (cluster, old) = try cluster()
        let statements = Statements()
        // What it has said so far: everything that its log before the loss held.
        for entry in cluster.logs[3] {
            switch entry {
            case .echoed(let name, let digest): statements.votes["echo \(name.author)/\(name.sequence)"] = digest
            case .readied(let name, let digest): statements.votes["ready \(name.author)/\(name.sequence)"] = digest
            case .vertex(let frame) where frame.vertex.author == 3:
                statements.votes["vertex \(frame.vertex.sequence)"] = Vertex.digest(ofEncoding: frame.encodedVertex)
            default: break
            }
        }
        let records = ClusterTests.records(cluster.commits[0]).filter { $0.count == 2 }.count
        cluster.logs[3] = hasLog ? old : []
        cluster.commits[3] = cluster.restart(3, start: 7)
        cluster.altered = { from, _, bytes in
            if from == 3 { statements.hear(bytes, of: 3) }
            return bytes
        }
        cluster.run(milliseconds: 12_000, step: 50)
        #expect(cluster.alarms[3] == [.oldLog])
        #expect(statements.contradictions == [])
        #expect(cluster.cores[3].deliveredSequences[3] + 1 >= cluster.cores[0].deliveredSequences[3])
        let count = cluster.commits[3].count
        #expect(count + 4 > cluster.commits[0].count)
        #expect(cluster.commits[3].map(\.hash) == cluster.commits[0].prefix(count).map(\.hash))
        #expect(ClusterTests.records(cluster.commits[0]).filter { $0.count == 2 }.count >= records)
        // It makes vertices again, and votes again above what it abstains from.
        let sequence = cluster.cores[0].deliveredSequences[3]
        cluster.give(.records([[99, 99, 99]], isControl: false), to: 3)
        cluster.run(milliseconds: 4_000, step: 50)
        #expect(cluster.cores[0].deliveredSequences[3] > sequence + 4)
        #expect(ClusterTests.records(cluster.commits[0]).contains([99, 99, 99]))
        #expect(statements.contradictions == [])
        // It remembers that through another start.
        _ = cluster.restart(3, start: 8)
        cluster.run(milliseconds: 3_000, step: 50)
        #expect(cluster.alarms[3] == [.oldLog])
        #expect(statements.contradictions == [])
    }

    /// The newest own vertex has come to one other only: its bytes are fetched and sent again.
    @Test func aVertexInFlightIsTakenUp() throws {
        var cluster = try Cluster(voters: 4)
        cluster.run(milliseconds: 2_000)
        let old = cluster.logs[3]
        cluster.isLost = { from, to, bytes in from == 3 && to != 1 && Frame.kind(of: bytes) == .vertex }
        cluster.give(.records([[7, 7]], isControl: false), to: 3)
        cluster.run(milliseconds: 260)
        let lost = try #require(
            cluster.logs[3].compactMap { entry -> VertexFrame? in
                guard case .vertex(let frame) = entry, frame.vertex.author == 3 else { return nil }
                return frame
            }.last)
        #expect(lost.vertex.records == [[7, 7]])
        cluster.logs[3] = old
        cluster.isLost = { _, _, _ in false }
        cluster.commits[3] = cluster.restart(3, start: 2)
        cluster.run(milliseconds: 5_000, step: 50)
        #expect(cluster.alarms[3] == [.oldLog])
        #expect(ClusterTests.records(cluster.commits[0]).filter { $0 == [7, 7] }.count == 1)
        #expect(!cluster.alarms[0].contains(.equivocation(author: 3)))
    }

    /// What it may have voted for and does not know, it does not vote for again: the author may have said two things.
    /// With the rule mutated away it does.
    @Test(arguments: [true, false])
    func whatMayHaveBeenVotedForIsLeftAlone(abstains: Bool) throws {
        var (cluster, old) = try cluster()
        // Member 0 sends one vertex to member 3, which echoes it, and after the loss another.
        cluster.isLost = { from, _, _ in from == 0 }
        var echoes: [Hash256] = []
        cluster.altered = { from, to, bytes in
            if from == 3, to == 1, case .votes(let frame)? = try? Frame(decoding: bytes) {
                echoes += frame.votes.filter { $0.kind == .echo && $0.author == 0 }.map(\.digest)
            }
            return bytes
        }
        cluster.run(milliseconds: 500)
        let newest = try #require(
            cluster.logs[0].compactMap { entry -> VertexFrame? in
                guard case .vertex(let frame) = entry, frame.vertex.author == 0 else { return nil }
                return frame
            }.last)
        #expect(newest.vertex.sequence == cluster.cores[3].deliveredSequences[0] + 1)
        cluster.give(.received(from: 0, bytes: Frame.vertex(newest).encoded()), to: 3)
        #expect(echoes == [Vertex.digest(ofEncoding: newest.encodedVertex)])
        let vertex = newest.vertex
        let other = try Vertex(
            epoch: vertex.epoch, author: 0, sequence: vertex.sequence, round: vertex.round,
            parents: .init(sequences: vertex.parents, hash: vertex.parentHash), carriesControl: true, facts: nil,
            records: [[6]])
        let digest = Vertex.digest(ofEncoding: other.encoded())
        let message = Vertex.signedMessage(
            epoch: vertex.epoch, author: 0, sequence: vertex.sequence, digest: digest)
        let signature = try #require(cluster.keys[0].sign(message))
        cluster.logs[3] = old
        var rules = Rules.product
        rules.abstainsAfterLoss = abstains
        cluster.commits[3] = cluster.restart(3, start: 7, rules: rules)
        cluster.isLost = { from, _, bytes in from == 0 && Frame.kind(of: bytes) != .recoveryAnswer }
        cluster.run(milliseconds: 6_000, step: 50)
        #expect(cluster.cores[3].deliveredSequences[0] + 1 == vertex.sequence)
        let bytes = Frame.vertex(VertexFrame(signature: signature, vertex: other)).encoded()
        cluster.give(.received(from: 0, bytes: bytes), to: 3)
        #expect(echoes.contains(digest) == !abstains)
    }

    /// A liar alone makes nobody doubt its log: it cannot sign for others, and one report of votes is not f+1.
    @Test func oneLiarChangesNothing() throws {
        var (cluster, _) = try cluster()
        let signature = [UInt8](repeating: 3, count: 64)
        cluster.altered = { from, to, bytes in
            guard from == 0, to == 3, case .recoveryAnswer(let answer)? = try? Frame(decoding: bytes) else {
                return bytes
            }
            let votes = (0..<4).map {
                Vote(kind: .ready, author: $0, sequence: answer.delivered[Int($0)] + 2, digest: SHA256.hash([1]))
            }
            return Frame.recoveryAnswer(
                RecoveryAnswerFrame(
                    epoch: answer.epoch, start: answer.start, delivered: answer.delivered.map { $0 + 1_000 },
                    newest: .init(sequence: 1_000, digest: SHA256.hash([2]), signature: signature), votes: votes)
            ).encoded()
        }
        _ = cluster.restart(3, start: 1)
        cluster.run(milliseconds: 3_000)
        #expect(cluster.alarms[3].isEmpty)
        #expect(!cluster.cores[3].isAskingOthers)
        #expect(cluster.cores[3].counters.badSignatures == 1)
        #expect(cluster.cores[3].commitNumber + 2 > cluster.cores[0].commitNumber)
    }

    /// An answer to an earlier start, or of somebody who does not vote, does not count.
    @Test func onlyFreshAnswersOfVotersCount() throws {
        var cluster = try Cluster(voters: 4, others: 1)
        cluster.run(milliseconds: 1_000)
        cluster.isLost = { _, to, _ in to == 3 }
        _ = cluster.restart(3, start: 5)
        for (peer, start) in [(0, UInt64(4)), (1, 5), (1, 5), (4, 5)] {
            let answer = RecoveryAnswerFrame(
                epoch: cluster.epoch.id, start: start, delivered: [0, 0, 0, 0, 0], newest: nil, votes: [])
            cluster.give(.received(from: peer, bytes: Frame.recoveryAnswer(answer).encoded()), to: 3)
            #expect(cluster.cores[3].isAskingOthers)
        }
        let short = RecoveryAnswerFrame(epoch: cluster.epoch.id, start: 5, delivered: [0], newest: nil, votes: [])
        cluster.give(.received(from: 2, bytes: Frame.recoveryAnswer(short).encoded()), to: 3)
        #expect(cluster.cores[3].isAskingOthers)
    }

    /// Who is alone has nobody to ask; who does not vote asks as many voters as are available.
    @Test(arguments: [(1, 0, false), (1, 1, true), (2, 0, true)])
    func howManyAreAsked(voters: Int, others: Int, asks: Bool) throws {
        var cluster = try Cluster(voters: voters, others: others)
        let member = voters + others - 1
        _ = cluster.restart(member, start: 1)
        #expect(cluster.cores[member].isAskingOthers == asks)
        cluster.run(milliseconds: 1_000)
        #expect(!cluster.cores[member].isAskingOthers)
    }
}
