internal import Broadcast
internal import Wire

/// Nobody echoes an author whose equivocation it has committed.
struct EvidenceCheck {
    /// By member and author: whether the member announced a commit with evidence against the author.
    private var proven: [[Bool]]

    init(authorCount: Int) {
        proven = Array(repeating: Array(repeating: false, count: authorCount), count: authorCount)
    }

    /// Evidence in a commit has passed the gate: its signatures are good.
    mutating func committed(by member: Int, _ commit: Commit) {
        for vertex in commit.vertices {
            for record in vertex.vertex.records where record.first == RecordType.equivocationEvidence.rawValue {
                guard let evidence = try? EquivocationEvidence(decoding: record) else { continue }
                let author = Int(evidence.author)
                if proven[member].indices.contains(author) { proven[member][author] = true }
            }
        }
    }

    func isProven(_ author: Int, at member: Int) -> Bool {
        proven[member][author]
    }

    func echoed(by member: Int, _ name: VertexName) -> String? {
        proven[member][name.author]
            ? "echoed \(name.author)/\(name.sequence) after committing that its author equivocated" : nil
    }
}
