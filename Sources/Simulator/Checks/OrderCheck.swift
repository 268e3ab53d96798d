internal import Bitcoin
internal import Broadcast
internal import Wire

/// All correct members have the same commits (I2), and each follows from the vertices: its anchor is the scheduled
/// one, it holds what the anchor reaches and nothing that was there before (I3), in the right order, and H_k is what
/// the page says. Computed apart from the core.
struct OrderCheck {
    private struct Known {
        let hash: Hash256
        let round: UInt64
        let digests: [Hash256]
    }

    private let configuration: EpochConfiguration
    private let epoch: Hash256
    private let schedule: [Int]
    private var commits: [Known] = []
    /// By member: the number of its newest commit.
    private var numbers: [UInt64]
    /// By author, after the newest commit.
    private var committed: [UInt64]
    private static let commitHash = TaggedHash("radpool/commit/v1")

    init(_ configuration: EpochConfiguration) {
        self.configuration = configuration
        epoch = configuration.epochID
        schedule = AnchorSchedule.authors(configuration)
        numbers = Array(repeating: configuration.firstCommit, count: configuration.authors.count)
        committed = Array(repeating: 0, count: configuration.authors.count)
    }

    private var first: UInt64 { configuration.firstCommit }

    /// The rounds of the anchors that are committed.
    var anchorRounds: [UInt64] { commits.map(\.round) }

    /// The number of commits that a member has.
    func number(of member: Int) -> UInt64 { numbers[member] }

    /// The round of a member's newest anchor; 0 before the first.
    func round(of member: Int) -> UInt64 {
        numbers[member] == first ? 0 : commits[min(Int(numbers[member] - first), commits.count) - 1].round
    }

    /// The hash of a commit; nil where no correct member has it.
    func hash(_ number: UInt64) -> Hash256? {
        number > first && number - first <= UInt64(commits.count) ? commits[Int(number - first - 1)].hash : nil
    }

    /// A member begins again from nothing.
    mutating func forget(_ member: Int) {
        numbers[member] = first
    }

    /// A correct member's commit; `book` has every delivered vertex. The second is true when it is the first with
    /// its number.
    mutating func committed(by member: Int, _ commit: Commit, _ book: VertexBook)
        -> (found: [(Invariant, String)], isNew: Bool)
    {
        guard commit.number == numbers[member] + 1 else {
            return ([(.order, "commit \(commit.number) after \(numbers[member])")], false)
        }
        numbers[member] = commit.number
        let digests = commit.vertices.map(\.digest)
        if commit.number - first <= UInt64(commits.count) {
            let known = commits[Int(commit.number - first - 1)]
            let isSame = known.hash == commit.hash && known.digests == digests && known.round == commit.round
            return (isSame ? [] : [(.order, "commit \(commit.number) differs from another member's")], false)
        }
        let found = judge(commit, digests, book)
        commits.append(Known(hash: commit.hash, round: commit.round, digests: digests))
        return (found, true)
    }

    private mutating func judge(_ commit: Commit, _ digests: [Hash256], _ book: VertexBook) -> [(Invariant, String)] {
        let name = "commit \(commit.number)"
        guard let anchor = commit.vertices.last else { return [(.order, "\(name) is empty")] }
        var found: [(Invariant, String)] = []
        if commit.round != anchor.vertex.round || commit.round % 2 != 0
            || schedule[Int(commit.round / 2 % UInt64(schedule.count))] != anchor.name.author
        {
            found.append((.order, "\(name) ends with a vertex that is no anchor of round \(commit.round)"))
        }
        if commit.round <= commits.last?.round ?? 0 { found.append((.order, "\(name) does not rise")) }
        var previous: CommittedVertex?
        let reached = reach(anchor, book)
        if reached == nil { found.append((.order, "\(name) reaches a vertex that nobody delivered")) }
        for item in commit.vertices {
            if let previous, !Self.isAscending(previous, item) { found.append((.order, "\(name) is not sorted")) }
            previous = item
            let lane = item.name.author
            guard committed.indices.contains(lane), item.name.sequence == committed[lane] + 1 else {
                found.append((.contiguity, "\(name) has \(lane)/\(item.name.sequence) after \(committed[lane])"))
                continue
            }
            committed[lane] = item.name.sequence
            if book.vertex(lane, item.name.sequence, digest: item.digest)?.round != item.vertex.round {
                found.append((.order, "\(name) has a vertex that nobody delivered"))
            }
        }
        if let reached, reached != committed {
            found.append((.order, "\(name) holds up to \(committed), its anchor reaches \(reached)"))
        }
        if commit.hash != hash(after: commit, digests) { found.append((.order, "H of \(name) is wrong")) }
        return found
    }

    private static func isAscending(_ left: CommittedVertex, _ right: CommittedVertex) -> Bool {
        left.vertex.round != right.vertex.round
            ? left.vertex.round < right.vertex.round : left.name.author < right.name.author
    }

    private func hash(after commit: Commit, _ digests: [Hash256]) -> Hash256? {
        guard let anchor = digests.last else { return nil }
        var writer = ByteWriter(capacity: 128 + 32 * digests.count)
        writer.append(commits.last?.hash ?? configuration.start)
        writer.append(epoch)
        writer.append(littleEndian: commit.number)
        writer.append(anchor)
        writer.append(littleEndian: UInt64(digests.count))
        for digest in digests { writer.append(digest) }
        for sequence in committed { writer.append(littleEndian: sequence) }
        return Self.commitHash.hash(writer.bytes)
    }

    /// For each author the highest sequence that is committed or that the anchor reaches by any parents; nil where a
    /// vertex on the way is unknown. Lanes are chains and parents never fall along one, so that the newest vertex of
    /// each lane says it all.
    private func reach(_ anchor: CommittedVertex, _ book: VertexBook) -> [UInt64]? {
        var reached = committed
        var pending = [anchor.vertex.parents]
        reached[anchor.name.author] = max(reached[anchor.name.author], anchor.name.sequence)
        while let parents = pending.popLast() {
            for (lane, sequence) in parents.enumerated() where lane < reached.count && sequence > reached[lane] {
                guard let vertex = book.delivered(lane, sequence) else { return nil }
                reached[lane] = sequence
                pending.append(vertex.parents)
            }
        }
        return reached
    }
}
