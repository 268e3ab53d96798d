internal import Bitcoin
internal import Wire

/// A vertex whose bytes are held, with its digest. A reference: it passes through many hands and never changes.
final class HeldVertex: Sendable {
    let frame: VertexFrame
    let digest: Hash256

    convenience init(_ frame: VertexFrame) {
        self.init(frame, digest: Vertex.digest(ofEncoding: frame.encodedVertex))
    }

    /// - Parameter digest: the digest of the frame's vertex.
    init(_ frame: VertexFrame, digest: Hash256) {
        self.frame = frame
        self.digest = digest
    }

    var vertex: Vertex { frame.vertex }
}

/// The votes of one kind for one instance.
struct Tally: Sendable {
    /// One digest and who voted for it.
    struct Choice: Sendable {
        let digest: Hash256
        var voters: VoterSet
        var count: Int { voters.nonzeroBitCount }
    }

    private(set) var voted: VoterSet = 0
    private(set) var choices: [Choice] = []

    /// What became of a vote.
    enum Outcome {
        case counted, repeated, conflicting
    }

    /// Counts a voter's vote, unless it is not its first.
    mutating func count(_ digest: Hash256, by position: Int, firstOnly: Bool) -> Outcome {
        let voter = VoterSet(position: position)
        let index = choices.firstIndex { $0.digest == digest }
        if voted & voter != 0 {
            if let index, choices[index].voters & voter != 0 { return .repeated }
            if firstOnly { return .conflicting }
        }
        voted |= voter
        if let index {
            choices[index].voters |= voter
        } else {
            choices.append(Choice(digest: digest, voters: voter))
        }
        return .counted
    }

    /// The digest that at least `quorum` voters voted for.
    func digest(with quorum: Int) -> Hash256? {
        choices.first { $0.count >= quorum }?.digest
    }

    func voters(for digest: Hash256) -> VoterSet {
        choices.first { $0.digest == digest }?.voters ?? 0
    }
}

/// One reliable broadcast: an author's vertex with one sequence.
struct Instance: Sendable {
    /// The first vertex that came from the author.
    var candidate: HeldVertex?
    /// Whether the candidate was judged and is not well formed.
    var isRefused = false
    /// Whether the gate has allowed the candidate: an own one was judged before it was sent.
    var isAllowed = false
    /// A vertex that was pulled because votes ask for it.
    var pulled: HeldVertex?
    /// The digest that was echoed, for ever.
    var echoed: Hash256?
    /// The digest that is known to be the only one, for ever.
    var readied: Hash256?
    var echoes = Tally()
    var readies = Tally()
    /// Bytes that votes ask for and that are missing.
    var pull: Pull?
    /// The digest for which a conflicting echo's bytes were asked, as evidence.
    var conflictAsked: Hash256?
    /// Parents of the candidate that came back from the log.
    var recalled: [VertexFrame] = []
    /// Parents that the log was asked for.
    var recalling: [VertexName] = []
    /// Whether pulled bytes had no room: they are asked for again when the instance is one of the next two.
    var lacksRoom = false

    /// A search for bytes.
    struct Pull: Sendable {
        let digest: Hash256
        var attempts = 0
        var nextTime: UInt64
    }

    /// The bytes with a digest, if they are held.
    func held(_ digest: Hash256) -> HeldVertex? {
        if let candidate, candidate.digest == digest { return candidate }
        if let pulled, pulled.digest == digest { return pulled }
        return nil
    }

    /// The bytes of vertices that are held.
    var heldBytes: Int {
        (candidate?.frame.encodedVertex.count ?? 0) + (pulled?.frame.encodedVertex.count ?? 0)
    }

    /// Who voted for a digest, in whatever way.
    func supporters(of digest: Hash256) -> VoterSet {
        echoes.voters(for: digest) | readies.voters(for: digest)
    }
}

/// The instances of a lane that may be voted for: those after the delivered sequence.
struct LaneWindow: Sendable {
    static let size = 8
    /// How many instances ahead a vertex is looked at whatever its size. Those of the others share the room of one.
    static let near = 2

    private(set) var delivered: UInt64 = 0
    private var instances = [Instance](repeating: Instance(), count: size)
    /// The instances that may have changed since they were looked at, a bit each.
    private var changed = Self.allInstances
    private static var allInstances: UInt8 { .max }

    /// The instance of a sequence within the window; nil outside.
    func index(of sequence: UInt64) -> Int? {
        guard sequence > delivered, sequence - delivered <= UInt64(Self.size) else { return nil }
        return Int(sequence - delivered) - 1
    }

    subscript(index: Int) -> Instance {
        get { instances[index] }
        _modify {
            changed |= 1 << UInt8(truncatingIfNeeded: index)
            yield &instances[index]
        }
    }

    /// The instances that may have changed since this was asked last, ascending.
    mutating func takeChanged() -> IndexBits {
        defer { changed = 0 }
        return IndexBits(bits: changed)
    }

    /// Indices, a bit each.
    struct IndexBits: Sequence, IteratorProtocol {
        var bits: UInt8

        mutating func next() -> Int? {
            guard bits != 0 else { return nil }
            defer { bits &= bits - 1 }
            return bits.trailingZeroBitCount
        }
    }

    /// All of them are to be looked at again: the rules for them have changed.
    mutating func change() {
        changed = Self.allInstances
    }

    /// Whether so many bytes more of an instance may be held, where `room` is the size of the largest vertex.
    func holds(_ bytes: Int, at index: Int, room: Int) -> Bool {
        index < Self.near || instances.dropFirst(Self.near).reduce(bytes) { $0 + $1.heldBytes } <= room
    }

    /// Forgets the first instance, which is delivered.
    mutating func advance() {
        delivered += 1
        instances.removeFirst()
        instances.append(Instance())
        // Each stands in another place now, where other rules may hold.
        changed = Self.allInstances
    }

    var all: [Instance] { instances }
}

extension BroadcastFootprint {
    /// Counts a vertex that is not delivered.
    mutating func count(_ held: HeldVertex?) {
        guard let held else { return }
        heldVertices += 1
        heldBytes += held.frame.encodedVertex.count
    }
}
