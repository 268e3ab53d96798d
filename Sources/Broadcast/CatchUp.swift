internal import Bitcoin
internal import Wire

/// How far a member has come that is behind (docs/protocol/broadcast.md, Catch-up).
enum CatchUp: Sendable {
    case idle
    /// A peer was asked for commits.
    case asking(peer: Int, deadline: UInt64)
    /// Certified vertices are fetched.
    case fetching(Fetch)

    /// How far behind a certified commit a member must be.
    static let distance: UInt64 = 16
    /// How long a peer may bring nothing, milliseconds.
    static let patience: UInt64 = 2_000

    /// When the peer is given up.
    var deadline: UInt64 {
        switch self {
        case .idle: .max
        case .asking(_, let deadline): deadline
        case .fetching(let fetch): fetch.deadline
        }
    }

    /// Who was asked.
    var peer: Int? {
        switch self {
        case .idle: nil
        case .asking(let peer, _): peer
        case .fetching(let fetch): fetch.peer
        }
    }

    /// Whether a peer's commits are awaited.
    func isAsking(_ peer: Int) -> Bool {
        if case .asking(peer, _) = self { true } else { false }
    }

    /// Whether a vertex is one of those that are fetched.
    func wants(_ vertex: Vertex) -> Bool {
        guard case .fetching(let fetch) = self else { return false }
        return fetch.index(of: vertex) != nil
    }

    /// A certified vertex.
    struct Item: Sendable {
        let vertex: PullFrame.Item
        /// The number of the commit whose anchor it is; nil for other vertices.
        let commit: UInt64?
    }

    /// Certified vertices in the log's order, and those at the front that have come.
    struct Fetch: Sendable {
        /// How many are asked for at a time.
        static let window = 16

        let peer: Int
        var deadline: UInt64
        private var items: ArraySlice<Item>
        /// The vertices of the first items, as far as they have come.
        private var come: [HeldVertex?]
        /// How many of the first items were asked for.
        private var asked = 0

        init(peer: Int, items: [Item], deadline: UInt64) {
            self.peer = peer
            self.items = items[...]
            self.deadline = deadline
            come = [HeldVertex?](repeating: nil, count: min(Self.window, items.count))
        }

        var isDone: Bool { items.isEmpty }

        func index(of vertex: Vertex) -> Int? {
            items.prefix(come.count)
                .firstIndex { $0.vertex.author == vertex.author && $0.vertex.sequence == vertex.sequence }
                .map { $0 - items.startIndex }
        }

        /// Takes a vertex if it is the certified one.
        mutating func take(_ held: HeldVertex) -> Bool {
            guard let index = index(of: held.vertex), items[items.startIndex + index].vertex.digest == held.digest
            else {
                return false
            }
            come[index] = held
            return true
        }

        /// The first item and, if it has come, its vertex.
        var front: (item: Item, held: HeldVertex?)? {
            items.first.map { ($0, come[0]) }
        }

        mutating func dropFront() {
            items.removeFirst()
            come.removeFirst()
            asked = max(asked - 1, 0)
            if items.count > come.count { come.append(nil) }
        }

        /// What is to be asked for now: half a window at a time.
        mutating func nextPull() -> [PullFrame.Item] {
            guard asked <= Self.window / 2 else { return [] }
            let wanted = items.prefix(come.count).dropFirst(asked).prefix(Self.window / 2)
            asked += wanted.count
            return wanted.map(\.vertex)
        }
    }
}
