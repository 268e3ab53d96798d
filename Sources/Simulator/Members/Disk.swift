internal import Bitcoin
internal import Broadcast
internal import Wire

/// A member's log: what is durable, and what would be lost with the power.
struct Disk {
    private(set) var entries: [LogEntry] = []
    /// How many entries are durable.
    private(set) var durableCount = 0
    /// By author and sequence - 1: the last log entries of the kinds that peers ask for.
    private var readies: [[Line?]]
    private var deliveries: [[Line?]]
    private var vertices: [[[VertexFrame]]]

    /// A digest, and the number of entries up to the one that holds it.
    private struct Line {
        let digest: Hash256
        let end: Int
    }

    /// Sequences above are in the log but are not found: only a broken core writes them.
    private static let highestSequence: UInt64 = 1 << 16

    init(authorCount: Int) {
        readies = Array(repeating: [], count: authorCount)
        deliveries = readies
        vertices = Array(repeating: [], count: authorCount)
    }

    mutating func append(_ new: [LogEntry]) {
        for entry in new {
            entries.append(entry)
            index(entry)
        }
    }

    mutating func sync(count: Int) {
        durableCount = max(durableCount, min(count, entries.count))
    }

    /// The power goes: `kept` of the entries that were not durable are there all the same. One more may be torn; the
    /// log ends before it when it is opened again, so that it is as lost as the others.
    mutating func crash(kept: Int) {
        let count = durableCount + min(kept, entries.count - durableCount)
        let remaining = Array(entries.prefix(count))
        self = Disk(authorCount: readies.count)
        append(remaining)
        durableCount = count
    }

    /// The digest that was readied, once that is durable.
    func durableReady(_ name: VertexName) -> Hash256? {
        guard let line = Self.find(name, in: readies) ?? nil, line.end <= durableCount else { return nil }
        return line.digest
    }

    /// The same as `vertex`, once the delivery is durable.
    func durableVertex(_ name: VertexName, digest: Hash256) -> VertexFrame? {
        guard let line = Self.find(name, in: deliveries) ?? nil, line.end <= durableCount else { return nil }
        return vertex(name, digest: digest)
    }

    func delivery(_ name: VertexName) -> Hash256? {
        (Self.find(name, in: deliveries) ?? nil)?.digest
    }

    /// The delivered vertex with that name, if its digest is the one that is wanted.
    func vertex(_ name: VertexName, digest: Hash256? = nil) -> VertexFrame? {
        guard let delivered = delivery(name), digest == nil || digest == delivered else {
            return nil
        }
        return Self.find(name, in: vertices)?
            .first { Vertex.digest(ofEncoding: $0.encodedVertex) == delivered }
    }

    private static func find<Value>(_ name: VertexName, in table: [[Value]]) -> Value? {
        guard table.indices.contains(name.author), (1...highestSequence).contains(name.sequence) else { return nil }
        let index = Int(name.sequence - 1)
        return index < table[name.author].count ? table[name.author][index] : nil
    }

    private mutating func index(_ entry: LogEntry) {
        switch entry {
        case .vertex(let frame):
            let name = VertexName(author: Int(frame.vertex.author), sequence: frame.vertex.sequence)
            guard let slot = Self.slot(name, in: &vertices, empty: []) else { return }
            vertices[name.author][slot].append(frame)
        case .readied(let name, let digest):
            guard let slot = Self.slot(name, in: &readies, empty: nil) else { return }
            readies[name.author][slot] = Line(digest: digest, end: entries.count)
        case .delivered(let name, let digest):
            guard let slot = Self.slot(name, in: &deliveries, empty: nil) else { return }
            deliveries[name.author][slot] = Line(digest: digest, end: entries.count)
        case .echoed, .evidence, .signed, .diverged:
            break
        }
    }

    private static func slot<Value>(_ name: VertexName, in table: inout [[Value]], empty: Value) -> Int? {
        guard table.indices.contains(name.author), (1...highestSequence).contains(name.sequence) else { return nil }
        let index = Int(name.sequence - 1)
        while table[name.author].count <= index { table[name.author].append(empty) }
        return index
    }
}
