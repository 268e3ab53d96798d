import Bitcoin
import Broadcast
import Testing
import Wire

/// Bytes that votes ask for and that nobody has.
@Suite struct PullTests {
    /// f+1 readies for a digest that nobody has the bytes of: f+1 peers are asked at a time, ever more rarely, and
    /// nothing is delivered.
    @Test(arguments: [4, 7, 10])
    func noStorm(voters: Int) throws {
        let cluster = try Cluster(voters: voters)
        var core = cluster.cores[0]
        let digest = SHA256.hash([7])
        let vote = Vote(kind: .ready, author: UInt16(voters - 1), sequence: 1, digest: digest)
        let frame = Frame.votes(VotesFrame(epoch: cluster.epoch.id, votes: [vote])).encoded()
        var asked: [(time: UInt64, peers: Int)] = []
        for peer in 1...cluster.epoch.quorum.oneCorrect { _ = core.step(.received(from: peer, bytes: frame), now: 1) }
        for time: UInt64 in stride(from: 2, to: 120_000, by: 5) {
            let pulls = core.step(.wake, now: time).filter { effect in
                guard case .ask(_, let frame) = effect, case .pull(let pull)? = try? Frame(decoding: frame) else {
                    return false
                }
                return pull.items.contains { $0.digest == digest }
            }
            if !pulls.isEmpty { asked.append((time, pulls.count)) }
        }
        #expect(asked.allSatisfy { $0.peers == cluster.epoch.quorum.oneCorrect })
        let pauses = zip(asked.dropFirst(), asked).map { $0.time - $1.time }
        #expect(zip(pauses, [300, 600, 1_200, 2_400, 4_800, 5_000]).allSatisfy { $0 >= $1 }, "\(pauses)")
        #expect(pauses.dropFirst(5).allSatisfy { $0 >= 5_000 })
        #expect((24...30).contains(asked.count))
        #expect(core.deliveredSequences.allSatisfy { $0 == 0 })
        #expect(core.footprint.heldVertices <= 1, "its own")
    }
}
