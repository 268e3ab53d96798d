import Bitcoin
import Broadcast
import Testing
import Wire

/// The core with real keys, real frames and a perfect network. What a bad network and bad members do to it is the
/// simulator's matter.
@Suite struct ClusterTests {
    static func records(_ commits: [Commit]) -> [[UInt8]] {
        commits.flatMap { $0.vertices.flatMap(\.vertex.records) }
    }

    @Test func oneMemberCommitsAtOnce() throws {
        var cluster = try Cluster(voters: 1)
        cluster.give(.records([[1], [2, 3]], isControl: false), to: 0)
        #expect(Self.records(cluster.commits[0]) == [[1], [2, 3]])
        #expect(cluster.cores[0].commitNumber == cluster.commits[0].last?.number)
        cluster.give(.records([[4]], isControl: false), to: 0)
        #expect(Self.records(cluster.commits[0]) == [[1], [2, 3], [4]])
    }

    @Test(arguments: [2, 3, 4, 5, 7, 10])
    func allCommitTheSame(voters: Int) throws {
        var cluster = try Cluster(voters: voters)
        for turn in 0..<8 {
            for member in 0..<voters {
                cluster.give(.records([[UInt8(turn), UInt8(member)]], isControl: false), to: member)
            }
            cluster.run(milliseconds: 260)
        }
        cluster.run(milliseconds: 3_000)
        let first = Self.records(cluster.commits[0])
        #expect(first.count == 8 * voters)
        #expect(Set(first).count == 8 * voters)
        for member in 0..<voters {
            #expect(cluster.commits[member].map(\.hash) == cluster.commits[0].map(\.hash))
            #expect(Self.records(cluster.commits[member]) == first)
            #expect(cluster.commits[member].map(\.number) == Array(1...UInt64(cluster.commits[member].count)))
            #expect(cluster.alarms[member].isEmpty)
        }
        #expect(cluster.commits[0].count >= 6)
    }

    @Test func whoDoesNotVoteHasALaneAllTheSame() throws {
        var cluster = try Cluster(voters: 4, others: 2)
        cluster.run(milliseconds: 300)
        cluster.give(.records([[42]], isControl: false), to: 5)
        cluster.run(milliseconds: 3_000)
        for member in 0..<6 {
            #expect(Self.records(cluster.commits[member]) == [[42]])
            #expect(cluster.commits[member].last?.hash == cluster.commits[0].last?.hash)
        }
        #expect(cluster.cores[0].deliveredSequences[4] == 0, "who has nothing to say and no vote is silent")
    }

    @Test func theLogGivesTheSameStateBack() throws {
        var cluster = try Cluster(voters: 4)
        cluster.give(.records([[7]], isControl: false), to: 2)
        cluster.run(milliseconds: 2_000)
        let before = cluster.cores[2]
        let again = cluster.restart(2)
        #expect(again.map(\.hash) == cluster.commits[2].map(\.hash))
        #expect(Self.records(again) == [[7]])
        #expect(cluster.cores[2].commitHash == before.commitHash)
        #expect(cluster.cores[2].deliveredSequences == before.deliveredSequences)
        cluster.give(.records([[8]], isControl: false), to: 2)
        cluster.run(milliseconds: 3_000)
        #expect(Self.records(cluster.commits[0]) == [[7], [8]])
    }

    @Test func whatIsLostComesAgain() throws {
        var cluster = try Cluster(voters: 4)
        // Member 3 hears nothing of what is sent for the first three seconds.
        cluster.isLost = { _, to, _ in to == 3 }
        cluster.give(.records([[1]], isControl: false), to: 0)
        cluster.run(milliseconds: 3_000)
        #expect(Self.records(cluster.commits[0]) == [[1]])
        #expect(cluster.commits[3].isEmpty)
        cluster.isLost = { _, _, _ in false }
        cluster.run(milliseconds: 6_000)
        #expect(cluster.commits[3].count + 2 >= cluster.commits[0].count)
        #expect(Self.records(cluster.commits[3]) == [[1]])
    }

    @Test func controlRecordsHurryRounds() throws {
        var cluster = try Cluster(voters: 4)
        cluster.run(milliseconds: 300)
        let start = cluster.now
        cluster.give(.records([[9]], isControl: true), to: 1)
        while !Self.records(cluster.commits[3]).contains([9]), cluster.now < start + 1_000 {
            cluster.run(milliseconds: 10)
        }
        #expect(cluster.now - start < 300, "six rounds would take 1,500 ms at the usual pace")
    }
}
