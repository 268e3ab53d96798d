internal import Bitcoin
internal import Wire

/// A correct member sends one echo, one ready and, in its own lane, one vertex for an instance (I5), whatever crashes
/// happen in between.
struct VoteCheck {
    private struct Record {
        var echoes: LaneTable<Hash256>
        var readies: LaneTable<Hash256>
        var vertices: LaneTable<[UInt8]>
    }

    private var records: [Record]

    init(authorCount: Int) {
        let table = LaneTable<Hash256>(authorCount: authorCount)
        let record = Record(echoes: table, readies: table, vertices: LaneTable(authorCount: authorCount))
        records = Array(repeating: record, count: authorCount)
    }

    mutating func sent(by member: Int, _ frame: Frame) -> [String] {
        switch frame {
        case .votes(let votes): return votes.votes.compactMap { voted(member, $0) }
        case .vertex(let vertex) where Int(vertex.vertex.author) == member:
            let sequence = vertex.vertex.sequence
            guard let first = records[member].vertices[member, sequence] else {
                records[member].vertices[member, sequence] = vertex.encodedVertex
                return []
            }
            return first == vertex.encodedVertex ? [] : ["sent two vertices with sequence \(sequence)"]
        case .vertex, .status, .pull, .checkpoint, .catchUp, .commits, .recoveryQuestion, .recoveryAnswer:
            return []
        }
    }

    private mutating func voted(_ member: Int, _ vote: Vote) -> String? {
        let author = Int(vote.author)
        let first: Hash256?
        // Not by key paths, which take many times as long.
        switch vote.kind {
        case .echo:
            first = records[member].echoes[author, vote.sequence]
            if first == nil { records[member].echoes[author, vote.sequence] = vote.digest }
        case .ready:
            first = records[member].readies[author, vote.sequence]
            if first == nil { records[member].readies[author, vote.sequence] = vote.digest }
        }
        guard let first, first != vote.digest else { return nil }
        return "sent a second, different \(vote.kind) for \(author)/\(vote.sequence)"
    }
}
