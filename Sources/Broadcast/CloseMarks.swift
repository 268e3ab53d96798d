internal import Wire

/// The voters' words on the end of the epoch, as far as they are committed (docs/protocol/broadcast.md, Epoch end).
struct CloseMarks: Sendable {
    private let epoch: Epoch
    /// By the voter's position, its newest.
    private var marks: [CloseMark?]
    private let needed: Int

    init(_ epoch: Epoch, rules: Rules) {
        self.epoch = epoch
        marks = [CloseMark?](repeating: nil, count: epoch.voters.count)
        needed = rules.closeQuorum(epoch.quorum)
    }

    /// Takes the marks of the log's next commit; gives the one on which Q voters agree now.
    mutating func absorb(_ commit: Commit) -> CloseMark? {
        var latest: CloseMark?
        for entry in commit.vertices {
            guard let position = epoch.positions[entry.name.author] else { continue }
            for record in entry.vertex.records where record.first == RecordType.closeMark.rawValue {
                guard let mark = try? CloseMark(decoding: record), mark.epoch == epoch.id else { continue }
                marks[position] = mark
                latest = mark
            }
        }
        guard latest != nil else { return nil }
        return marks.compactMap { $0 }.first { mark in marks.count { $0 == mark } >= needed }
    }
}
