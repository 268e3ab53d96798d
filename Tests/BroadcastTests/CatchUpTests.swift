import Bitcoin
import Broadcast
import Testing
import Wire

/// A member that was away comes back by what is certified, from one peer that may lie.
@Suite struct CatchUpTests {
    private let root = SHA256.hash([1])

    /// Four members, of whom the last hears nothing for 20 s in which records come; then there is a checkpoint.
    private func gap() throws -> Cluster {
        var cluster = try Cluster(voters: 4)
        cluster.run(milliseconds: 1_000)
        cluster.isLost = { from, to, _ in from == 3 || to == 3 }
        for turn in 0..<40 {
            cluster.give(.records([[UInt8(turn), 77]], isControl: false), to: turn % 3)
            cluster.run(milliseconds: 500, step: 50)
        }
        let commit = cluster.commits[0].count - 2
        for member in 0..<3 { cluster.give(.ledgerRoot(commit: UInt64(commit), root: root), to: member) }
        #expect(cluster.certificates[0].count == 1)
        #expect(cluster.commits[0].count > cluster.commits[3].count + 20)
        return cluster
    }

    private func expectSame(_ cluster: Cluster, sourceLocation: SourceLocation = #_sourceLocation) {
        let count = cluster.commits[3].count
        #expect(count + 4 >= cluster.commits[0].count, sourceLocation: sourceLocation)
        #expect(
            cluster.commits[3].map(\.hash) == cluster.commits[0].prefix(count).map(\.hash),
            sourceLocation: sourceLocation)
        #expect(
            ClusterTests.records(cluster.commits[3])
                == ClusterTests.records(Array(cluster.commits[0].prefix(count))), sourceLocation: sourceLocation)
        #expect(cluster.alarms[3].isEmpty, sourceLocation: sourceLocation)
    }

    @Test func whoWasAwayCatchesUp() throws {
        var cluster = try gap()
        let certified = try #require(cluster.certificates[0].first).checkpoint.commit
        cluster.isLost = { _, _, _ in false }
        let start = cluster.now
        while cluster.cores[3].commitNumber < certified, cluster.now < start + 20_000 {
            cluster.run(milliseconds: 50)
        }
        #expect(cluster.now - start < 2_000, "8 instances in each 250 ms by readies alone")
        cluster.run(milliseconds: 5_000, step: 50)
        expectSame(cluster)
        // What was fetched is in the log: it comes back after a crash.
        let before = cluster.commits[3].map(\.hash)
        #expect(cluster.restart(3).map(\.hash) == before)
    }

    /// Every lie about the commits is found before a vertex is asked for, and another peer helps.
    @Test(arguments: ["digest", "order", "author", "missing", "signature", "few"])
    func aLiarIsFound(lie: String) throws {
        var cluster = try gap()
        cluster.isLost = { _, _, _ in false }
        var lied = 0
        cluster.altered = { from, to, bytes in
            guard to == 3, from < 2, case .commits(let frame)? = try? Frame(decoding: bytes) else { return bytes }
            lied += 1
            // Too few to be bent in every way: nothing that anybody can decode.
            guard frame.commits.count > 4 else { return [0] }
            return Frame.commits(Self.bent(frame, lie)).encoded()
        }
        cluster.run(milliseconds: 12_000, step: 50)
        #expect(cluster.cores[3].counters.badFrames == UInt64(lied))
        #expect(lied <= 12)
        expectSame(cluster)
    }

    private static func bent(_ frame: CommitsFrame, _ lie: String) -> CommitsFrame {
        var commits = frame.commits
        var certificate = frame.certificate
        var signatures = certificate.signatures
        switch lie {
        case "digest": commits[3][0] = .init(author: commits[3][0].author, digest: SHA256.hash([9]))
        case "order": commits.swapAt(1, 2)
        case "author": commits[2][0] = .init(author: 200, digest: commits[2][0].digest)
        case "missing": commits.removeLast()
        case "signature": signatures[0] = .init(author: signatures[0].author, bytes: signatures[1].bytes)
        default: signatures.removeLast()
        }
        if let bent = try? CheckpointCertificate(certificate.checkpoint, signatures: signatures) { certificate = bent }
        return CommitsFrame(certificate: certificate, commits: commits)
    }

    /// A peer that lists the truth and brings other vertices, or none, is left for another.
    @Test func aPeerThatBringsNothingIsLeft() throws {
        var cluster = try gap()
        cluster.isLost = { _, _, _ in false }
        cluster.altered = { from, to, bytes in
            guard to == 3, from < 2, case .vertex(let frame)? = try? Frame(decoding: bytes),
                Int(frame.vertex.author) != from
            else { return bytes }
            return [0]
        }
        cluster.run(milliseconds: 30_000, step: 50)
        expectSame(cluster)
    }

    /// Who answers nothing and is always the first to say that it has more is not asked for ever.
    @Test func theQuickestIsNotAskedForEver() throws {
        var cluster = try gap()
        let certified = try #require(cluster.certificates[0].first).checkpoint.commit
        var clock = cluster.now
        var asked: [(peer: Int, time: UInt64)] = []
        cluster.isLost = { from, to, frame in
            let kind = Frame.kind(of: frame)
            if from == 3, kind == .catchUp { asked.append((to, clock)) }
            if to == 3, kind == .votes || from == 0 && kind == .commits { return true }
            // Others are heard only when the quickest has had its chance for 400 ms after its last failure.
            return to == 3 && from != 0 && kind == .status && (asked.last.map { clock < $0.time + 2_400 } ?? true)
        }
        let boast = StatusFrame(
            epoch: cluster.epoch.id, commit: certified + 99, commitHash: root, certified: certified + 99,
            lanes: Array(repeating: .init(delivered: 0, holdsNext: false), count: 4)
        ).encoded()
        while cluster.now < 60_000, cluster.cores[3].commitNumber < certified {
            cluster.give(.received(from: 0, bytes: boast), to: 3)
            cluster.run(milliseconds: 10)
            clock = cluster.now
        }
        // The votes for the last anchor are lost here: it commits by the certificate.
        #expect(cluster.cores[3].commitNumber >= certified)
        #expect(asked.first?.peer == 0 && asked.count == 2, "\(asked)")
    }

    /// Commits that nobody asked for are not even decoded.
    @Test func unaskedCommitsAreDropped() throws {
        var cluster = try gap()
        let certificate = try #require(cluster.certificates[0].first)
        let frame = try #require(
            LogAnswers.commits(
                certificate: certificate, Array(cluster.commits[0].prefix(Int(certificate.checkpoint.commit)))))
        cluster.give(.received(from: 0, bytes: frame), to: 3)
        #expect(cluster.cores[3].counters.badFrames == 1)
        #expect(cluster.cores[3].commitNumber == UInt64(cluster.commits[3].count))
    }
}
