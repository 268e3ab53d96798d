internal import Bitcoin
internal import Broadcast
internal import Wire

/// A member's log: what is durable, and what would be lost with the power.
struct Disk {
    private(set) var entries: [Succession.EpochEntry] = []
    /// How many entries are durable.
    private(set) var durableCount = 0
    private var epochs: [Tables] = []
    private let authorCount: Int

    /// What peers ask for of an epoch, by author and sequence - 1.
    fileprivate struct Tables {
        var deliveries: [[Line?]]
        var vertices: [[[VertexFrame]]]

        init(authorCount: Int) {
            deliveries = Array(repeating: [], count: authorCount)
            vertices = Array(repeating: [], count: authorCount)
        }
    }

    /// A digest, and the number of entries up to the one that holds it.
    fileprivate struct Line {
        let digest: Hash256
        let end: Int
    }

    /// Sequences above are in the log but are not found: only a broken core writes them.
    fileprivate static let highestSequence: UInt64 = 1 << 16

    init(authorCount: Int) {
        self.authorCount = authorCount
    }

    mutating func append(_ new: [Succession.EpochEntry]) {
        for entry in new {
            entries.append(entry)
            while epochs.count <= entry.epoch { epochs.append(Tables(authorCount: authorCount)) }
            epochs[Int(entry.epoch)].index(entry.entry, end: entries.count)
        }
    }

    mutating func sync(count: Int) {
        durableCount = max(durableCount, min(count, entries.count))
    }

    /// The power goes: `kept` of the entries that were not durable are there all the same. One more may be torn; the
    /// log ends before it when it is opened again, so that it is as lost as the others.
    mutating func crash(kept: Int) {
        let count = durableCount + min(kept, entries.count - durableCount)
        keep(count)
    }

    /// An old copy of the log takes its place.
    mutating func forget(from count: Int) {
        keep(min(count, entries.count))
    }

    private mutating func keep(_ count: Int) {
        let remaining = Array(entries.prefix(count))
        self = Disk(authorCount: authorCount)
        append(remaining)
        durableCount = count
    }

    /// The digest of a delivered vertex, once the delivery is durable.
    func durableDelivery(_ name: VertexName, epoch: UInt64) -> Hash256? {
        guard let line = tables(epoch).flatMap({ Self.find(name, in: $0.deliveries) }) ?? nil,
            line.end <= durableCount
        else { return nil }
        return line.digest
    }

    /// The same as `vertex`, once the delivery is durable.
    func durableVertex(_ name: VertexName, epoch: UInt64, digest: Hash256) -> VertexFrame? {
        durableDelivery(name, epoch: epoch) == digest ? vertex(name, epoch: epoch, digest: digest) : nil
    }

    func delivery(_ name: VertexName, epoch: UInt64) -> Hash256? {
        (tables(epoch).flatMap { Self.find(name, in: $0.deliveries) } ?? nil)?.digest
    }

    /// The delivered vertex with that name, if its digest is the one that is wanted.
    func vertex(_ name: VertexName, epoch: UInt64, digest: Hash256? = nil) -> VertexFrame? {
        guard let delivered = delivery(name, epoch: epoch), digest == nil || digest == delivered else {
            return nil
        }
        return tables(epoch).flatMap { Self.find(name, in: $0.vertices) }?
            .first { Vertex.digest(ofEncoding: $0.encodedVertex) == delivered }
    }

    private func tables(_ epoch: UInt64) -> Tables? {
        epoch < UInt64(epochs.count) ? epochs[Int(epoch)] : nil
    }

    private static func find<Value>(_ name: VertexName, in table: [[Value]]) -> Value? {
        guard table.indices.contains(name.author), (1...highestSequence).contains(name.sequence) else { return nil }
        let index = Int(name.sequence - 1)
        return index < table[name.author].count ? table[name.author][index] : nil
    }

    fileprivate static func slot<Value>(_ name: VertexName, in table: inout [[Value]], empty: Value) -> Int? {
        guard table.indices.contains(name.author), (1...highestSequence).contains(name.sequence) else { return nil }
        let index = Int(name.sequence - 1)
        while table[name.author].count <= index { table[name.author].append(empty) }
        return index
    }
}

extension Disk.Tables {
    fileprivate mutating func index(_ entry: LogEntry, end: Int) {
        switch entry {
        case .vertex(let frame):
            let name = VertexName(author: Int(frame.vertex.author), sequence: frame.vertex.sequence)
            guard let slot = Disk.slot(name, in: &vertices, empty: []) else { return }
            vertices[name.author][slot].append(frame)
        case .delivered(let name, let digest):
            guard let slot = Disk.slot(name, in: &deliveries, empty: nil) else { return }
            deliveries[name.author][slot] = Disk.Line(digest: digest, end: end)
        case .echoed, .readied, .evidence, .certified, .abstained, .signed, .diverged:
            break
        }
    }
}
