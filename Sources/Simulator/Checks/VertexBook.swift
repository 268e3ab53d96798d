internal import Bitcoin
internal import Wire

/// What the checks know of a vertex.
struct BookedVertex: Hashable {
    let author: Int
    let sequence: UInt64
    let digest: Hash256
    let round: UInt64
    let parents: [UInt64]
}

/// Every vertex that a correct member logged, several of one name where somebody equivocates.
struct VertexBook {
    private struct Page {
        let encoding: [UInt8]
        let vertex: BookedVertex
    }

    private var pages: LaneTable<[Page]>
    /// What the first correct member delivered.
    private var deliveries: LaneTable<BookedVertex>

    init(authorCount: Int) {
        pages = LaneTable(authorCount: authorCount)
        deliveries = LaneTable(authorCount: authorCount)
    }

    mutating func enter(_ frame: VertexFrame) {
        let vertex = frame.vertex
        var known = pages[Int(vertex.author), vertex.sequence] ?? []
        guard !known.contains(where: { $0.encoding == frame.encodedVertex }) else { return }
        let booked = BookedVertex(
            author: Int(vertex.author), sequence: vertex.sequence,
            digest: Vertex.digest(ofEncoding: frame.encodedVertex), round: vertex.round, parents: vertex.parents)
        known.append(Page(encoding: frame.encodedVertex, vertex: booked))
        pages[booked.author, booked.sequence] = known
    }

    func vertex(_ author: Int, _ sequence: UInt64, digest: Hash256) -> BookedVertex? {
        pages[author, sequence]?.first { $0.vertex.digest == digest }?.vertex
    }

    /// A correct member delivered a vertex; nil where none with that digest is in the book.
    mutating func deliver(_ author: Int, _ sequence: UInt64, digest: Hash256) -> BookedVertex? {
        let booked = vertex(author, sequence, digest: digest)
        if deliveries[author, sequence] == nil { deliveries[author, sequence] = booked }
        return booked
    }

    /// The vertex that the first correct member delivered.
    func delivered(_ author: Int, _ sequence: UInt64) -> BookedVertex? {
        deliveries[author, sequence]
    }

    /// All of a lane that were delivered, by their sequences.
    func lane(_ author: Int) -> [BookedVertex] {
        (0..<deliveries.top(author)).compactMap { deliveries[author, $0 + 1] }
    }
}
