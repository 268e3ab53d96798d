/// What waits to be sent over a link, in chunks, the most urgent first (docs/protocol/peering.md, Chunks).
///
/// A value without a socket: whoever has one adds frames and takes chunks as long as it has room for them.
public struct ChunkQueue: Sendable {
    /// What became of a frame.
    public enum Outcome: Hashable, Sendable {
        /// It waits, and all that waited before.
        case queued
        /// It waits, and so many older frames of its stream do not any more.
        case displaced(Int)
        /// It does not wait: its stream is full.
        case full
    }

    /// The most bytes of frames that wait.
    public struct Bounds: Hashable, Sendable {
        /// Of the votes and the like.
        public var votes: Int
        /// Of vertices.
        public var vertices: Int
        /// Of commits.
        public var history: Int

        /// Bounds in bytes.
        public init(votes: Int, vertices: Int, history: Int) {
            self.votes = votes
            self.vertices = vertices
            self.history = history
        }

        /// Those of the protocol, for the epoch's bound of a vertex' records.
        public init(largestPayload: Int) {
            self.init(
                votes: 4_194_304, vertices: 2 * (largestPayload + Frame.vertexOverhead),
                history: 2 * Frame.longestCommits)
        }

        func bytes(of stream: LinkStream) -> Int {
            switch stream {
            case .link: .max
            case .votes: votes
            case .vertices: vertices
            case .history: history
            }
        }
    }

    /// What is added from now on is held to these.
    public var bounds: Bounds

    private var lines: [FrameLine] = Array(repeating: FrameLine(), count: LinkStream.allCases.count)

    /// Nothing waits.
    public init(bounds: Bounds) {
        self.bounds = bounds
    }

    /// How many bytes wait in a stream.
    public func waitingBytes(_ stream: LinkStream) -> Int {
        lines[Int(stream.rawValue)].waitingBytes
    }

    /// Whether nothing waits.
    public var isEmpty: Bool { lines.allSatisfy(\.isEmpty) }

    /// Adds a frame; of vertices the oldest that is not begun makes room, because whoever misses one asks for it.
    ///
    /// A frame of no stream, or without a byte, counts as one that is not let in.
    public mutating func add(_ frame: [UInt8]) -> Outcome {
        guard let type = frame.first, let stream = LinkStream.of(type: type) else { return .full }
        let index = Int(stream.rawValue)
        let bound = bounds.bytes(of: stream)
        var displaced = 0
        while lines[index].waitingBytes > bound - frame.count {
            guard stream == .vertices, frame.count <= bound, lines[index].dropOldest() else { return .full }
            displaced += 1
        }
        lines[index].append(frame)
        return displaced == 0 ? .queued : .displaced(displaced)
    }

    /// The next chunk with its head; nil if nothing waits.
    public mutating func next() -> [UInt8]? {
        guard let stream = LinkStream.allCases.first(where: { !lines[Int($0.rawValue)].isEmpty }) else { return nil }
        return lines[Int(stream.rawValue)].next(stream)
    }
}

/// The frames of one stream in their order.
private struct FrameLine {
    private var frames: [[UInt8]] = []
    /// Where in `frames` the first that waits is.
    private var first = 0
    /// How much of it was given out.
    private var begun = 0
    private(set) var waitingBytes = 0

    var isEmpty: Bool { first == frames.count }

    mutating func append(_ frame: [UInt8]) {
        frames.append(frame)
        waitingBytes += frame.count
    }

    /// Drops the oldest frame of which nothing was given out; whether there is one.
    mutating func dropOldest() -> Bool {
        let index = begun > 0 ? first + 1 : first
        guard index < frames.count else { return false }
        waitingBytes -= frames[index].count
        frames.remove(at: index)
        return true
    }

    mutating func next(_ stream: LinkStream) -> [UInt8] {
        let frame = frames[first]
        let count = min(frame.count - begun, Chunk.longest)
        let isLast = begun + count == frame.count
        var chunk: [UInt8] = []
        chunk.reserveCapacity(Chunk.headSize + count)
        chunk.append(UInt8(truncatingIfNeeded: count))
        chunk.append(UInt8(truncatingIfNeeded: count >> 8))
        chunk.append(stream.rawValue | (isLast ? 0 : Chunk.goesOn))
        chunk += frame[begun..<begun + count]
        waitingBytes -= count
        begun += count
        if isLast { removeFirst() }
        return chunk
    }

    /// Frames that are gone are let go of at once, and the list is cut now and then.
    private mutating func removeFirst() {
        frames[first] = []
        first += 1
        begun = 0
        guard first > 64, 2 * first > frames.count || first == frames.count else { return }
        frames.removeFirst(first)
        first = 0
    }
}
