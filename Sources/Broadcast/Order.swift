internal import Bitcoin
internal import Wire

/// The order of the graph (docs/protocol/broadcast.md, Order): which anchors are committed, and what each brings.
struct Order: Sendable {
    /// The number of the newest commit.
    private(set) var number: UInt64
    /// H of the newest commit.
    private(set) var hash: Hash256
    /// The round of the newest committed anchor; 0 before the first.
    private(set) var lastAnchor: UInt64 = 0
    private let rules: Rules

    init(_ epoch: Epoch, rules: Rules) {
        number = epoch.configuration.firstCommit
        hash = epoch.configuration.start
        self.rules = rules
    }

    /// The anchors that a newly delivered vertex of a voter commits, oldest first.
    func anchors(after round: UInt64, in graph: Graph) -> [Anchor] {
        // A vote is of an odd round, and the anchor of the round before it.
        guard round % 2 == 1, round > 1, round - 1 > lastAnchor,
            let anchor = Anchor(round: round - 1, in: graph), votes(for: anchor, in: graph) >= needed(graph)
        else { return [] }
        return walkBack(from: anchor, in: graph).reversed()
    }

    private func needed(_ graph: Graph) -> Int {
        rules.anchorVotes(graph.epoch.quorum)
    }

    /// R7: the delivered vertices of the next round that have the anchor among their strong parents.
    private func votes(for anchor: Anchor, in graph: Graph) -> Int {
        graph.epoch.voters.indices.count { position in
            graph.strong(round: anchor.round + 1, position: position).holds(anchor.position)
        }
    }

    /// R8: the anchor and those before it that it reaches by strong parents, newest first.
    private func walkBack(from newest: Anchor, in graph: Graph) -> [Anchor] {
        var taken = [newest]
        guard rules.walksBack else { return taken }
        // The voters whose vertices of `round` are reached from the anchor that was taken last.
        var round = newest.round - 1
        var reached = graph.strong(round: newest.round, position: newest.position)
        while round > lastAnchor + 1 {
            reached = graph.strong(round: round, positions: reached)
            round -= 1
            if let anchor = Anchor(round: round, in: graph),
                reached.holds(anchor.position) || !rules.walksStrongPaths
            {
                taken.append(anchor)
                reached = VoterSet(position: anchor.position)
            }
            reached = graph.strong(round: round, positions: reached)
            round -= 1
        }
        return taken
    }

    /// R9 and R10.
    mutating func commit(_ anchor: Anchor, in graph: inout Graph) -> Commit {
        var names = reach(of: anchor, in: graph)
        if rules.sortsCommits {
            names.sort { ($0.round, $0.name.author) < ($1.round, $1.name.author) }
        }
        let vertices = names.compactMap { entry -> CommittedVertex? in
            let name = entry.name
            guard let frame = graph.commit(name.author, name.sequence, forgets: rules.remembersCommitted) else {
                return nil
            }
            return CommittedVertex(name: name, digest: entry.digest, vertex: frame.vertex)
        }
        number += 1
        lastAnchor = anchor.round
        hash = Self.hash(
            after: hash, epoch: graph.epoch.id, number: number, anchor: anchor.digest, digests: names.map(\.digest),
            committed: graph.lanes.map(\.committed))
        return Commit(number: number, hash: hash, round: anchor.round, vertices: vertices)
    }

    private struct Reached {
        let name: VertexName
        let round: UInt64
        let digest: Hash256
    }

    /// What the anchor reaches by any parents and what is not committed. A lane's newest vertex names no less than the
    /// ones before it, so that only newest ones are followed.
    private func reach(of anchor: Anchor, in graph: Graph) -> [Reached] {
        let from = rules.remembersCommitted ? graph.lanes.map(\.committed) : graph.lanes.map { $0.first - 1 }
        var through = from
        var pending = [VertexName(author: anchor.author, sequence: anchor.sequence)]
        while let name = pending.popLast() {
            guard name.sequence > through[name.author], let node = graph.node(name.author, name.sequence) else {
                continue
            }
            through[name.author] = name.sequence
            for (author, sequence) in node.parents.enumerated() where sequence > through[author] {
                pending.append(VertexName(author: author, sequence: sequence))
            }
        }
        var all: [Reached] = []
        for author in graph.lanes.indices where through[author] > from[author] {
            for sequence in (from[author] + 1)...through[author] {
                guard let node = graph.node(author, sequence), !isTooOld(node, anchor, in: graph) else { continue }
                let name = VertexName(author: author, sequence: sequence)
                all.append(Reached(name: name, round: node.round, digest: node.digest))
            }
        }
        return all
    }

    /// Never in the product (R11).
    private func isTooOld(_ node: GraphNode, _ anchor: Anchor, in graph: Graph) -> Bool {
        guard let limit = rules.dropsOlderThan else { return false }
        let newest = rules.dropsByLocalRound ? graph.completeRound : anchor.round
        return node.round + limit < newest
    }

    /// R10.
    static func hash(
        after hash: Hash256, epoch: Hash256, number: UInt64, anchor: Hash256, digests: [Hash256],
        committed: [UInt64]
    ) -> Hash256 {
        var writer = ByteWriter(capacity: 112 + 32 * digests.count + 8 * committed.count)
        writer.append(hash)
        writer.append(epoch)
        writer.append(littleEndian: number)
        writer.append(anchor)
        writer.append(littleEndian: UInt64(digests.count))
        for digest in digests { writer.append(digest) }
        for sequence in committed { writer.append(littleEndian: sequence) }
        return commitHash.hash(writer.bytes)
    }
}

/// The delivered anchor of an even round.
struct Anchor {
    let round: UInt64
    let position: Int
    let author: Int
    let sequence: UInt64
    let digest: Hash256

    /// Nil while the anchor is not delivered.
    init?(round: UInt64, in graph: Graph) {
        position = graph.epoch.anchorPosition(round: round)
        author = graph.epoch.voters[position]
        sequence = graph.rounds.sequence(round: round, position: position)
        guard sequence > 0, let node = graph.node(author, sequence) else { return nil }
        self.round = round
        digest = node.digest
    }
}

private let commitHash = TaggedHash("radpool/commit/v1")

extension Graph {
    /// Whether the anchor of an even round is delivered.
    func hasAnchor(round: UInt64) -> Bool {
        Anchor(round: round, in: self) != nil
    }

    /// The strong parents of a voter's vertex of a round; none if there is no such vertex.
    func strong(round: UInt64, position: Int) -> VoterSet {
        let sequence = rounds.sequence(round: round, position: position)
        return sequence == 0 ? 0 : node(epoch.voters[position], sequence)?.strong ?? 0
    }

    /// The strong parents of several voters' vertices of a round.
    func strong(round: UInt64, positions: VoterSet) -> VoterSet {
        var rest = positions
        var all: VoterSet = 0
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest - 1
            all |= strong(round: round, position: position)
        }
        return all
    }

    /// How many delivered vertices of odd `round` vote for the anchor before it, and how many do not.
    func anchorVotes(round: UInt64) -> (yes: Int, no: Int) {
        let anchor = epoch.anchorPosition(round: round - 1)
        var yes = 0
        for position in epoch.voters.indices where strong(round: round, position: position).holds(anchor) { yes += 1 }
        return (yes, rounds.count(round: round) - yes)
    }
}
