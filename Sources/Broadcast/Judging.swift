internal import Bitcoin
internal import Wire

/// Whether a vertex is well formed (docs/protocol/broadcast.md, Vertex).
enum Judgement {
    case wellFormed
    case malformed
    /// Some parents are not delivered yet.
    case waits
    /// Some parents are not in memory any more.
    case forgotten([VertexName])
}

/// What is known of a parent.
private struct Parent {
    let round: UInt64
    let digest: Hash256
}

extension Graph {
    /// Whether a vertex names this epoch, an author of it and as many parents as there are authors. Everything else in
    /// this room relies on it.
    func isAddressed(_ vertex: Vertex) -> Bool {
        vertex.epoch == epoch.id && Int(vertex.author) < lanes.count && vertex.parents.count == lanes.count
    }

    /// Judges everything but the gate. `recalled` holds parents that came back from the log.
    func judge(_ vertex: Vertex, recalled: [VertexFrame], rules: Rules) -> Judgement {
        let author = Int(vertex.author)
        guard vertex.parents[author] == vertex.sequence - 1 else { return .malformed }
        guard hasParents(of: vertex) || !rules.waitsForParents else { return .waits }
        if let previous = node(author, vertex.sequence - 1),
            zip(vertex.parents, previous.parents).contains(where: { $0 < $1 })
        {
            return .malformed
        }
        var parents: [Parent?] = []
        var forgotten: [VertexName] = []
        parents.reserveCapacity(lanes.count)
        for (author, sequence) in vertex.parents.enumerated() {
            let parent = parent(author, sequence, recalled)
            if parent == nil, sequence > 0 { forgotten.append(VertexName(author: author, sequence: sequence)) }
            parents.append(parent)
        }
        guard forgotten.isEmpty else { return .forgotten(forgotten) }
        return isWellFormed(vertex, parents, rules) ? .wellFormed : .malformed
    }

    private func parent(_ author: Int, _ sequence: UInt64, _ recalled: [VertexFrame]) -> Parent? {
        if let node = node(author, sequence) { return Parent(round: node.round, digest: node.digest) }
        guard let frame = recalled.first(where: { Int($0.vertex.author) == author && $0.vertex.sequence == sequence })
        else { return nil }
        return Parent(round: frame.vertex.round, digest: Vertex.digest(ofEncoding: frame.encodedVertex))
    }

    private func isWellFormed(_ vertex: Vertex, _ parents: [Parent?], _ rules: Rules) -> Bool {
        let highest = parents.reduce(0) { max($0, $1?.round ?? 0) }
        guard vertex.round == highest &+ 1, highest < .max else { return false }
        if epoch.positions[Int(vertex.author)] != nil, vertex.round > 1 {
            let strong = epoch.voters.count { parents[$0]?.round == highest }
            guard strong >= rules.strongParents(epoch.quorum) else { return false }
        }
        return vertex.parentHash == Self.parentHash(parents.lazy.compactMap { $0?.digest })
    }

    /// R2: the tagged hash "radpool/parents/v1" of the digests.
    static func parentHash(_ digests: some Sequence<Hash256>) -> Hash256 {
        var writer = ByteWriter(capacity: 128)
        for digest in digests { writer.append(digest) }
        return parentsHash.hash(writer.bytes)
    }

    /// The parents of an own vertex of a round (R1): all of them are in memory.
    func parents(ofRound round: UInt64, by author: Int) -> Vertex.Parents {
        var sequences: [UInt64] = []
        var digests: [Hash256] = []
        for index in lanes.indices {
            let sequence = index == author ? lanes[index].delivered : lanes[index].newest(below: round)
            sequences.append(sequence)
            if let node = node(index, sequence) { digests.append(node.digest) }
        }
        return Vertex.Parents(sequences: sequences, hash: Self.parentHash(digests))
    }
}

private let parentsHash = TaggedHash("radpool/parents/v1")

extension EpochConfiguration {
    /// Whether a payload is within the bounds, whatever it says.
    func holds(_ records: [[UInt8]]) -> Bool {
        records.count <= Int(bounds.mostRecords)
            && records.reduce(0) { $0 + $1.count } <= Int(bounds.largestPayload)
    }
}
