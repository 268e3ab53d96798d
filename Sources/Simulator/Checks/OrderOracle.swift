internal import Wire

/// The rounds of the anchors that the rules commit, out of all vertices that correct members delivered. What any
/// member committed is a prefix of it: whoever knows less commits less, never something else (I2).
struct OrderOracle {
    private let schedule: [Int]
    private let book: VertexBook
    /// By round and author: a voter has one vertex a round at most.
    private var rounds: [[BookedVertex?]] = []
    private let votesNeeded: Int

    init(_ configuration: EpochConfiguration, _ book: VertexBook) {
        schedule = AnchorSchedule.authors(configuration)
        self.book = book
        votesNeeded = (schedule.count - 1) / 3 + 1
        for author in schedule {
            for vertex in book.lane(author) where vertex.round < 1 << 16 {
                while rounds.count <= vertex.round + 2 {
                    rounds.append(Array(repeating: nil, count: configuration.authors.count))
                }
                rounds[Int(vertex.round)][author] = vertex
            }
        }
    }

    func anchorRounds() -> [UInt64] {
        var found: [UInt64] = []
        for round in stride(from: 2, to: rounds.count - 1, by: 2) {
            guard let anchor = anchor(round), votes(for: anchor) >= votesNeeded else { continue }
            var taken = [UInt64(round)]
            var newest = anchor
            let floor = Int(found.last ?? 0)
            for earlier in stride(from: round - 2, to: floor, by: -2) {
                guard let candidate = self.anchor(earlier), isPath(from: newest, to: candidate) else { continue }
                taken.append(UInt64(earlier))
                newest = candidate
            }
            found += taken.reversed()
        }
        return found
    }

    private func anchor(_ round: Int) -> BookedVertex? {
        rounds[round][schedule[round / 2 % schedule.count]]
    }

    private func votes(for anchor: BookedVertex) -> Int {
        rounds[Int(anchor.round) + 1].count { vertex in
            vertex.map { $0.parents[anchor.author] == anchor.sequence } ?? false
        }
    }

    private func isPath(from later: BookedVertex, to earlier: BookedVertex) -> Bool {
        var level = [later]
        for round in stride(from: Int(later.round), to: Int(earlier.round), by: -1) {
            var next: [BookedVertex] = []
            for author in schedule {
                guard let parent = rounds[round - 1][author] else { continue }
                if level.contains(where: { $0.parents[author] == parent.sequence }) { next.append(parent) }
            }
            level = next
        }
        return level.contains(earlier)
    }
}
