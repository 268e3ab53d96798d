/// The streams of a link, in the order in which they go first (docs/protocol/peering.md, Chunks).
public enum LinkStream: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// The link itself.
    case link = 0
    /// Votes and what is as short and as urgent.
    case votes = 1
    /// Vertices.
    case vertices = 2
    /// Commits for those who catch up.
    case history = 3

    /// Whether the one goes first.
    public static func < (first: LinkStream, second: LinkStream) -> Bool {
        first.rawValue < second.rawValue
    }

    /// The stream of a frame with this first byte; nil for a byte that begins none.
    public static func of(type: UInt8) -> LinkStream? {
        if LinkFrame.Kind(rawValue: type) != nil { return .link }
        switch Frame.Kind(rawValue: type) {
        case .vertex: return .vertices
        case .commits: return .history
        case .votes, .status, .pull, .checkpoint, .catchUp, .recoveryQuestion, .recoveryAnswer: return .votes
        case nil: return nil
        }
    }

    /// The longest frame with this first byte, bytes.
    ///
    /// - Parameter largestPayload: the epoch's bound of a vertex' records, bytes.
    static func longest(type: UInt8, largestPayload: Int) -> Int {
        switch Frame.Kind(rawValue: type) {
        case .vertex: largestPayload + Frame.vertexOverhead
        case .commits: Frame.longestCommits
        case nil: LinkFrame.longest
        default: Frame.longestOther
        }
    }
}

/// The bytes of a link are cut into chunks, so that what is urgent need not wait for what is long.
public enum Chunk {
    /// The most content of one, bytes.
    public static let longest = 16_384
    /// Length and stream.
    public static let headSize = 3
    /// Set in the byte of the stream where the frame goes on.
    static let goesOn: UInt8 = 0x80
}

/// Why the bytes of a link are no row of chunks. Nothing after them can be read.
public enum ChunkError: Error, Hashable, Sendable {
    /// A chunk without content, or with too much.
    case length(Int)
    /// No such stream.
    case stream(UInt8)
    /// A frame that begins so does not belong to its stream, or to any.
    case type(UInt8)
    /// A frame is longer than any of its type.
    case tooLong(type: UInt8)
}

/// Puts frames together again from the bytes of a link, however they come in pieces.
///
/// Holds at most one unfinished frame of each stream, and one unfinished chunk.
public struct ChunkReader: Sendable {
    /// The epoch's bound of a vertex' records, bytes.
    public var largestPayload: Int

    private var head: [UInt8] = []
    /// How much content of the present chunk is still to come.
    private var missing = 0
    private var stream = LinkStream.link
    private var isLast = true
    /// For each stream the beginning of its frame.
    private var open: [[UInt8]] = Array(repeating: [], count: LinkStream.allCases.count)

    /// Nothing read yet.
    public init(largestPayload: Int) {
        self.largestPayload = largestPayload
    }

    /// How many bytes of unfinished frames there are.
    public var heldBytes: Int { open.reduce(0) { $0 + $1.count } }

    /// Goes on with bytes, and hands over each frame that they finish.
    ///
    /// - Throws: `ChunkError`; the reader is of no use any more.
    public mutating func read(_ bytes: [UInt8], _ body: (LinkStream, [UInt8]) -> Void) throws(ChunkError) {
        var offset = 0
        while offset < bytes.count {
            let count = min(missing == 0 ? Chunk.headSize - head.count : missing, bytes.count - offset)
            let piece = bytes[offset..<offset + count]
            if missing == 0 {
                try readHead(piece)
            } else {
                try readContent(piece, body)
            }
            offset += count
        }
    }

    private mutating func readHead(_ piece: ArraySlice<UInt8>) throws(ChunkError) {
        head += piece
        guard head.count == Chunk.headSize else { return }
        let length = Int(head[0]) | Int(head[1]) << 8
        guard (1...Chunk.longest).contains(length) else { throw .length(length) }
        guard let found = LinkStream(rawValue: head[2] & ~Chunk.goesOn) else { throw .stream(head[2]) }
        missing = length
        stream = found
        isLast = head[2] & Chunk.goesOn == 0
        head.removeAll(keepingCapacity: true)
    }

    /// A frame's length is checked before its bytes are kept.
    private mutating func readContent(
        _ piece: ArraySlice<UInt8>, _ body: (LinkStream, [UInt8]) -> Void
    ) throws(ChunkError) {
        let index = Int(stream.rawValue)
        guard let type = open[index].first ?? piece.first else { return }
        guard LinkStream.of(type: type) == stream else { throw .type(type) }
        guard open[index].count + piece.count <= LinkStream.longest(type: type, largestPayload: largestPayload) else {
            throw .tooLong(type: type)
        }
        open[index] += piece
        missing -= piece.count
        guard missing == 0, isLast else { return }
        let frame = open[index]
        open[index] = []
        body(stream, frame)
    }
}
