internal import Bitcoin
internal import Broadcast
internal import Wire

/// Makes and signs vertices that a correct member would not make, with the member's own key.
struct VertexForge {
    let epoch: Hash256
    let author: Int
    let signer: FakeSigner

    /// The frame of a vertex, and the digest; nil for a vertex that cannot be signed.
    func sign(_ vertex: Vertex) -> (frame: [UInt8], digest: Hash256)? {
        let digest = Vertex.digest(ofEncoding: vertex.encoded())
        let message = Vertex.signedMessage(
            epoch: vertex.epoch, author: vertex.author, sequence: vertex.sequence, digest: digest)
        guard let signature = signer.sign(message) else { return nil }
        return (VertexFrame(signature: signature, vertex: vertex).encoded(), digest)
    }

    /// Another vertex of the same instance, as well formed as the first.
    func second(of vertex: Vertex) -> Vertex? {
        change(vertex) { $0.carriesControl.toggle() }
    }

    /// The vertex with an invalid share at its end.
    func withInvalidShare(_ vertex: Vertex) -> Vertex? {
        let share = FakeShare(isValid: false, author: author, number: 1 << 40, nonce: 0)
        return change(vertex) { $0.records.append(share.bytes) }
    }

    /// A vertex that extends the lane wrongly, in a way that chance picks.
    func malformed(of vertex: Vertex, random: inout SplitMix64) -> Vertex? {
        let lane = random.index(vertex.parents.count)
        let stranger = random.index(vertex.parents.count + 2)
        let way = random.below(12)
        return change(vertex) { draft in
            switch way {
            // The same predecessor under the next number: the lane would fork.
            case 0: draft.sequence &+= 1
            case 1: draft.round &+= 1
            case 2: draft.parents[author] = draft.parents[author] > 0 ? draft.parents[author] - 1 : 1
            case 3: draft.parentHash = TaggedHash("radpool/simulator/noise").hash(vertex.parentHash.bytes)
            case 4: draft.parents[lane] = 0
            case 5: draft.parents[lane] &+= 1_000
            case 6:
                draft.parents[author] = vertex.sequence
                draft.sequence &+= 1
                draft.round &+= 1
            case 7: draft.epoch = vertex.parentHash
            case 8: draft.author = UInt16(truncatingIfNeeded: stranger)
            case 9: (draft.sequence, draft.round) = (UInt64.max, UInt64.max)
            case 10: draft.parents = Array(repeating: UInt64.max, count: draft.parents.count)
            default:
                draft.round = UInt64.max
                draft.parents.removeLast()
            }
        }
    }

    /// The vertex with an older parent in one lane, and otherwise as it should be: well formed as long as enough
    /// strong parents are left. Nil where a parent is not in the log.
    func ignoring(_ lane: Int, down to: UInt64, of vertex: Vertex, _ log: Disk, _ number: UInt64) -> Vertex? {
        var parents = vertex.parents
        guard parents.indices.contains(lane), lane != author, to < parents[lane] else { return nil }
        parents[lane] = to
        var writer = ByteWriter(capacity: 32 * parents.count)
        for (author, sequence) in parents.enumerated() where sequence > 0 {
            guard let digest = log.delivery(VertexName(author: author, sequence: sequence), epoch: number)
            else { return nil }
            writer.append(digest)
        }
        let hash = TaggedHash("radpool/parents/v1").hash(writer.bytes)
        return change(vertex) { draft in
            draft.parents = parents
            draft.parentHash = hash
        }
    }

    /// The vertex without evidence against its own author; nil where there is none in it. Whoever puts other vertices
    /// in the place of its core's proves to its core that two of one name are signed, and would say so in its lane.
    func withoutConfession(_ vertex: Vertex) -> Vertex? {
        let records = vertex.records.filter { (try? EquivocationEvidence(decoding: $0))?.author != vertex.author }
        return records.count == vertex.records.count ? nil : change(vertex) { $0.records = records }
    }

    /// How many parents of a vertex, where all authors vote, are of the round before it.
    func strongParents(of vertex: Vertex, _ log: Disk, _ number: UInt64) -> Int {
        vertex.parents.enumerated().count { author, sequence in
            log.vertex(VertexName(author: author, sequence: sequence), epoch: number)?.vertex.round == vertex.round - 1
        }
    }

    /// A vertex far ahead in the lane, for floods.
    func invented(sequence: UInt64, round: UInt64, authorCount: Int, size: Int) -> Vertex? {
        try? Vertex(
            epoch: epoch, author: UInt16(truncatingIfNeeded: author), sequence: max(sequence, 1), round: max(round, 1),
            parents: Vertex.Parents(sequences: Array(repeating: 1, count: authorCount), hash: epoch),
            carriesControl: true, facts: nil, records: [[UInt8](repeating: 7, count: max(size, 1))])
    }

    private func change(_ vertex: Vertex, _ edit: (inout Draft) -> Void) -> Vertex? {
        var draft = Draft(vertex)
        edit(&draft)
        return draft.vertex
    }

    /// The fields of a vertex, to be changed.
    private struct Draft {
        var epoch: Hash256
        var author: UInt16
        var sequence: UInt64
        var round: UInt64
        var parents: [UInt64]
        var parentHash: Hash256
        var carriesControl: Bool
        let facts: ChainFacts?
        var records: [[UInt8]]

        init(_ vertex: Vertex) {
            epoch = vertex.epoch
            author = vertex.author
            sequence = vertex.sequence
            round = vertex.round
            parents = vertex.parents
            parentHash = vertex.parentHash
            carriesControl = vertex.carriesControl
            facts = vertex.facts
            records = vertex.records
        }

        var vertex: Vertex? {
            try? Vertex(
                epoch: epoch, author: author, sequence: sequence, round: round,
                parents: Vertex.Parents(sequences: parents, hash: parentHash), carriesControl: carriesControl,
                facts: facts, records: records)
        }
    }
}
