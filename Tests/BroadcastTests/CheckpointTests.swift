import Bitcoin
import Broadcast
import Testing
import Wire

/// Checkpoints: signed once, certified by Q, and a stop where ledgers differ.
@Suite struct CheckpointTests {
    private let root = SHA256.hash([1])
    private let other = SHA256.hash([2])

    private func cluster(_ voters: Int, others: Int = 0) throws -> Cluster {
        var cluster = try Cluster(voters: voters, others: others)
        cluster.run(milliseconds: 3_000)
        return cluster
    }

    @Test(arguments: [1, 2, 4, 5, 7])
    func aQuorumCertifies(voters: Int) throws {
        var cluster = try cluster(voters)
        let commit = try #require(cluster.commits[0].first)
        let quorum = cluster.epoch.quorum.decision
        for member in 0..<voters {
            #expect(cluster.certificates[0].isEmpty == (member < quorum), "before \(member) of \(quorum) signed")
            cluster.give(.ledgerRoot(commit: commit.number, root: root), to: member)
        }
        for member in 0..<voters {
            let certificate = try #require(cluster.certificates[member].first)
            #expect(cluster.certificates[member].count == 1)
            #expect(certificate.checkpoint.commitHash == commit.hash)
            #expect(certificate.checkpoint.ledgerRoot == root)
            #expect(certificate.signatures.count == quorum)
            #expect(cluster.epoch.isValid(certificate, checker: CurveChecker()))
            #expect(try CheckpointCertificate(decoding: certificate.encoded()) == certificate)
            #expect(cluster.cores[member].certifiedCommit == commit.number)
        }
    }

    @Test func aCertificateNeedsGoodSignaturesOfVoters() throws {
        var cluster = try cluster(4, others: 1)
        for member in 0..<5 { cluster.give(.ledgerRoot(commit: 1, root: root), to: member) }
        let good = try #require(cluster.certificates[4].first)
        func isValid(_ signatures: [CheckpointCertificate.Signature]) throws -> Bool {
            cluster.epoch.isValid(
                try CheckpointCertificate(good.checkpoint, signatures: signatures), checker: CurveChecker())
        }
        #expect(try isValid(good.signatures))
        #expect(try !isValid(Array(good.signatures.dropLast())), "too few")
        var wrong = good.signatures
        wrong[0] = .init(author: wrong[0].author, bytes: wrong[1].bytes)
        #expect(try !isValid(wrong), "another's signature")
        let foreign = try #require(cluster.keys[4].sign(good.checkpoint.signedMessage))
        #expect(try !isValid(good.signatures.dropLast() + [.init(author: 4, bytes: foreign)]), "who does not vote")
        #expect(try !isValid(good.signatures.dropLast() + [.init(author: 9, bytes: foreign)]), "nobody")
        let elsewhere = try Cluster(voters: 4, seed: 2).epoch
        #expect(!elsewhere.isValid(good, checker: CurveChecker()), "another epoch")
    }

    @Test func whoDiffersFromOthersStopsSigning() throws {
        var cluster = try cluster(4)
        cluster.give(.ledgerRoot(commit: 1, root: other), to: 3)
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 0)
        #expect(cluster.alarms[3].isEmpty, "one differing voter may be the faulty one")
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 1)
        #expect(cluster.alarms[3] == [.diverged(commit: 1)])
        #expect(cluster.cores[3].isHalted)
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 2)
        #expect(cluster.certificates.allSatisfy { $0.first?.checkpoint.ledgerRoot == root })
        #expect((0..<3).allSatisfy { !cluster.cores[$0].isHalted })
        // Nothing more, now or after a restart.
        cluster.give(.ledgerRoot(commit: 2, root: root), to: 3)
        _ = cluster.restart(3)
        #expect(cluster.cores[3].isHalted)
        cluster.give(.ledgerRoot(commit: 2, root: root), to: 3)
        for member in 0..<3 { cluster.give(.ledgerRoot(commit: 2, root: root), to: member) }
        #expect(cluster.certificates[0].last?.checkpoint.commit == 2)
        #expect(cluster.certificates[0].last?.signatures.map(\.author) == [0, 1, 2])
    }

    /// The same when the others were first.
    @Test func whoIsLateAndDiffersStopsToo() throws {
        var cluster = try cluster(4)
        for member in 0..<3 { cluster.give(.ledgerRoot(commit: 1, root: root), to: member) }
        #expect(cluster.certificates[3].count == 1)
        cluster.give(.ledgerRoot(commit: 1, root: other), to: 3)
        #expect(cluster.alarms[3] == [.diverged(commit: 1)])
    }

    @Test func anOwnLedgerThatChangesItsMindStops() throws {
        var cluster = try cluster(4)
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 0)
        _ = cluster.restart(0)
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 0)
        #expect(cluster.alarms[0].isEmpty)
        cluster.give(.ledgerRoot(commit: 1, root: other), to: 0)
        #expect(cluster.alarms[0] == [.diverged(commit: 1)])
    }

    /// Signatures that were lost come again, also from members that were restarted.
    @Test func whatIsLostComesAgain() throws {
        var cluster = try cluster(4)
        cluster.isLost = { _, _, _ in true }
        for member in 0..<3 { cluster.give(.ledgerRoot(commit: 1, root: root), to: member) }
        #expect(cluster.certificates.allSatisfy { $0.isEmpty })
        _ = cluster.restart(1)
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 1)
        cluster.isLost = { _, _, _ in false }
        cluster.run(milliseconds: 1_500)
        #expect(cluster.certificates.allSatisfy { $0.first?.checkpoint.commit == 1 })
    }

    @Test func commitsThatAreNotThereAreNotSigned() throws {
        var cluster = try cluster(1)
        cluster.give(.ledgerRoot(commit: 0, root: root), to: 0)
        cluster.give(.ledgerRoot(commit: cluster.cores[0].commitNumber + 1, root: root), to: 0)
        cluster.give(.ledgerRoot(commit: .max, root: root), to: 0)
        #expect(cluster.certificates[0].isEmpty)
        // An older one than what is signed already.
        cluster.give(.ledgerRoot(commit: 2, root: root), to: 0)
        cluster.give(.ledgerRoot(commit: 1, root: root), to: 0)
        #expect(cluster.certificates[0].map(\.checkpoint.commit) == [2])
    }
}
