import Bitcoin
import Broadcast
import Testing
import Wire

/// How far ahead of a lane's delivered sequence vertices are held, and how many bytes of them.
@Suite struct WindowTests {
    /// Frames of lane 3 in a cluster of four: nobody can judge them before their parents are there.
    private func frame(_ sequence: UInt64, size: Int, in cluster: Cluster) throws -> [UInt8] {
        let parents = Vertex.Parents(sequences: [1, 1, 1, sequence - 1], hash: .zero)
        let vertex = try Vertex(
            epoch: cluster.epoch.id, author: 3, sequence: sequence, round: sequence + 1, parents: parents,
            carriesControl: false, facts: nil, records: [[UInt8](repeating: 1, count: size)])
        let digest = Vertex.digest(ofEncoding: vertex.encoded())
        let message = Vertex.signedMessage(epoch: cluster.epoch.id, author: 3, sequence: sequence, digest: digest)
        let signature = try #require(cluster.keys[3].sign(message))
        return VertexFrame(signature: signature, vertex: vertex).encoded()
    }

    @Test func smallVerticesAreHeldUpToTheEndOfTheWindow() throws {
        var cluster = try Cluster(voters: 4)
        for sequence: UInt64 in 1...9 {
            cluster.give(.received(from: 3, bytes: try frame(sequence, size: 100, in: cluster)), to: 0)
        }
        #expect(cluster.cores[0].footprint.heldVertices == 8)
        #expect(cluster.cores[0].counters.droppedVertices == 1)
    }

    /// The next two are held whatever their size; beyond them there is the room of one largest vertex.
    @Test func largeVerticesAheadShareTheRoomOfOne() throws {
        var cluster = try Cluster(voters: 4)
        let half = Int(cluster.epoch.configuration.bounds.largestPayload) / 2
        for sequence: UInt64 in [3, 4, 5, 6, 7, 1, 2] {
            cluster.give(.received(from: 3, bytes: try frame(sequence, size: half, in: cluster)), to: 0)
        }
        #expect(cluster.cores[0].footprint.heldVertices == 4, "3 and 4 fill the room, 1 and 2 need none")
        #expect(cluster.cores[0].counters.droppedVertices == 3)
        cluster.give(.received(from: 3, bytes: try frame(8, size: 100, in: cluster)), to: 0)
        #expect(cluster.cores[0].footprint.heldVertices == 5)
        let room = 2 * half + Frame.vertexOverhead
        #expect(cluster.cores[0].footprint.heldBytes <= 5 * room)
    }

    /// Who loses one vertex of many loses none of the others.
    @Test func aGapIsFilledByOnePull() throws {
        var cluster = try Cluster(voters: 1, others: 1)
        var lost = 0
        var pulled = 0
        cluster.isLost = { from, to, frame in
            if to == 0, Frame.kind(of: frame) == .pull { pulled += 1 }
            guard from == 0, Frame.kind(of: frame) == .vertex, lost < 1 else { return false }
            lost += 1
            return true
        }
        cluster.run(milliseconds: 40)
        cluster.give(.records([[1]], isControl: true), to: 0)
        cluster.run(milliseconds: 300)
        #expect(lost == 1 && pulled == 1)
        #expect(cluster.cores[1].deliveredSequences == cluster.cores[0].deliveredSequences)
        #expect(cluster.cores[0].deliveredSequences[0] > 3)
    }
}
