internal import Bitcoin
internal import Wire

/// A delivered vertex.
struct GraphNode: Sendable {
    let round: UInt64
    let digest: Hash256
    /// The author's, or what came with bytes that were taken by their digest.
    let signature: [UInt8]
    let parents: [UInt64]
    /// The voters whose parents are of the round before.
    let strong: VoterSet
    let carriesControl: Bool
    let hasRecords: Bool
    /// The content, until it is committed.
    var held: HeldVertex?
}

/// An author's delivered vertices, as far as memory keeps them.
struct GraphLane: Sendable {
    private(set) var delivered: UInt64 = 0
    var committed: UInt64 = 0
    /// The sequence of the oldest node in memory.
    private(set) var first: UInt64 = 1
    private(set) var nodes: [GraphNode] = []

    func node(_ sequence: UInt64) -> GraphNode? {
        guard sequence >= first, sequence <= delivered else { return nil }
        return nodes[Int(sequence - first)]
    }

    mutating func append(_ node: GraphNode) {
        nodes.append(node)
        delivered += 1
    }

    /// Takes the content of a node that is being committed.
    mutating func takeFrame(_ sequence: UInt64, forgets: Bool) -> VertexFrame? {
        guard sequence >= first, sequence <= delivered else { return nil }
        let index = Int(sequence - first)
        defer { if forgets { nodes[index].held = nil } }
        return nodes[index].held?.frame
    }

    /// The newest sequence with a lower round than `round`: 0 if there is none.
    func newest(below round: UInt64) -> UInt64 {
        var sequence = delivered
        while sequence >= first, sequence > 0, nodes[Int(sequence - first)].round >= round { sequence -= 1 }
        return sequence
    }

    /// Forgets committed nodes up to a round, but for the newest `keeping`; rarely, since it moves the rest.
    mutating func prune(through round: UInt64, keeping: Int) {
        let spare = nodes.count - keeping
        guard spare >= max(keeping / 4, 16) else { return }
        var count = 0
        while count < spare, first + UInt64(count) <= committed, nodes[count].round <= round { count += 1 }
        nodes.removeFirst(count)
        first += UInt64(count)
    }
}

/// Which voter has which vertex in a round, from the last anchor's round on.
struct RoundTable: Sendable {
    private struct Round: Sendable {
        var sequences: [UInt64]
        var count = 0
    }

    /// More rounds than can lie between a committed anchor and a vertex without more than f faulty voters.
    private static let longest = 65_536

    private let voterCount: Int
    private var first: UInt64 = 1
    private var rounds: [Round] = []

    init(voterCount: Int) {
        self.voterCount = voterCount
    }

    /// The sequence of a voter's vertex in a round; 0 for none.
    func sequence(round: UInt64, position: Int) -> UInt64 {
        guard let index = index(round) else { return 0 }
        return rounds[index].sequences[position]
    }

    /// How many voters have a vertex in a round.
    func count(round: UInt64) -> Int {
        index(round).map { rounds[$0].count } ?? 0
    }

    mutating func insert(round: UInt64, position: Int, sequence: UInt64) {
        guard round >= first, round - first < UInt64(Self.longest) else { return }
        while UInt64(rounds.count) <= round - first {
            rounds.append(Round(sequences: [UInt64](repeating: 0, count: voterCount)))
        }
        let index = Int(round - first)
        if rounds[index].sequences[position] == 0 { rounds[index].count += 1 }
        rounds[index].sequences[position] = sequence
    }

    mutating func prune(below round: UInt64) {
        guard round > first, round - first >= 16 else { return }
        let count = min(rounds.count, Int(round - first))
        rounds.removeFirst(count)
        first += UInt64(count)
    }

    private func index(_ round: UInt64) -> Int? {
        guard round >= first, round - first < UInt64(rounds.count) else { return nil }
        return Int(round - first)
    }
}

/// All delivered vertices, as far as memory keeps them.
struct Graph: Sendable {
    let epoch: Epoch
    private(set) var lanes: [GraphLane]
    private(set) var rounds: RoundTable
    /// The highest round in which n-f voters have a vertex.
    private(set) var completeRound: UInt64 = 0
    private(set) var uncommittedControl = 0
    private(set) var uncommittedPayload = 0

    init(_ epoch: Epoch) {
        self.epoch = epoch
        lanes = [GraphLane](repeating: GraphLane(), count: epoch.authorCount)
        rounds = RoundTable(voterCount: epoch.voters.count)
    }

    func node(_ author: Int, _ sequence: UInt64) -> GraphNode? {
        lanes[author].node(sequence)
    }

    /// Whether everything that a vertex names is delivered.
    func hasParents(of vertex: Vertex) -> Bool {
        zip(vertex.parents, lanes).allSatisfy { $0 <= $1.delivered }
    }

    /// The next vertex of its lane. Its parents need not be in memory: what the walk back needs of them always is.
    mutating func insert(_ held: HeldVertex, author: Int) {
        let vertex = held.vertex
        var strong: VoterSet = 0
        for (position, voter) in epoch.voters.enumerated() where vertex.parents[voter] > 0 {
            if let node = node(voter, vertex.parents[voter]), node.round &+ 1 == vertex.round {
                strong |= VoterSet(position: position)
            }
        }
        lanes[author].append(
            GraphNode(
                round: vertex.round, digest: held.digest, signature: held.frame.signature, parents: vertex.parents,
                strong: strong, carriesControl: vertex.carriesControl, hasRecords: !vertex.records.isEmpty,
                held: held))
        if vertex.carriesControl { uncommittedControl += 1 }
        if !vertex.records.isEmpty { uncommittedPayload += 1 }
        guard let position = epoch.positions[author] else { return }
        rounds.insert(round: vertex.round, position: position, sequence: lanes[author].delivered)
        if vertex.round > completeRound, rounds.count(round: vertex.round) >= epoch.quorum.available {
            completeRound = vertex.round
        }
    }

    /// Marks a lane committed up to a sequence, and hands out the contents.
    mutating func commit(_ author: Int, _ sequence: UInt64, forgets: Bool) -> VertexFrame? {
        if let node = node(author, sequence) {
            if node.carriesControl { uncommittedControl -= 1 }
            if node.hasRecords { uncommittedPayload -= 1 }
        }
        lanes[author].committed = max(lanes[author].committed, sequence)
        return lanes[author].takeFrame(sequence, forgets: forgets)
    }

    /// Forgets what no later decision can need.
    mutating func prune(lastAnchor: UInt64, keeping: Int) {
        rounds.prune(below: lastAnchor)
        for author in lanes.indices { lanes[author].prune(through: lastAnchor, keeping: keeping) }
    }
}
