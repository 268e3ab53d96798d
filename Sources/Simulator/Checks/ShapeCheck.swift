internal import Wire

/// What is delivered is well formed: R1 and R3 of the page, without the hash and the payload.
struct ShapeCheck {
    private let isVoter: [Bool]
    private let strongParents: Int

    init(_ configuration: EpochConfiguration) {
        isVoter = configuration.authors.map(\.isVoter)
        let voters = isVoter.count { $0 }
        strongParents = voters - (voters - 1) / 3
    }

    /// A vertex that a correct member delivered, after its parents.
    func judge(_ vertex: BookedVertex, _ book: VertexBook) -> String? {
        let name = "vertex \(vertex.author)/\(vertex.sequence)"
        guard vertex.parents.count == isVoter.count, vertex.parents[vertex.author] == vertex.sequence - 1 else {
            return "\(name) does not extend its lane"
        }
        var highest: UInt64 = 0
        var strong = 0
        let previous = book.delivered(vertex.author, vertex.sequence - 1)
        for (lane, sequence) in vertex.parents.enumerated() {
            if let previous, sequence < previous.parents[lane] { return "\(name) takes a parent back" }
            guard sequence > 0, let parent = book.delivered(lane, sequence) else { continue }
            highest = max(highest, parent.round)
            if parent.round + 1 == vertex.round, isVoter[lane] { strong += 1 }
        }
        if vertex.round != highest + 1 { return "\(name) is of round \(vertex.round) above \(highest)" }
        let needed = isVoter[vertex.author] && vertex.round > 1 ? strongParents : 0
        return strong < needed ? "\(name) has \(strong) strong parents" : nil
    }
}
