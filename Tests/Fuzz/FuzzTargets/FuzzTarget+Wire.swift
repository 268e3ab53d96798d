import Bitcoin
import Wire

extension FuzzTarget {
    static func checkWire(_ bytes: [UInt8]) throws(PropertyViolation) {
        if Frame.kind(of: bytes) != nil { return try checkFrame(bytes) }
        if let first = bytes.first, LinkFrame.Kind(rawValue: first) != nil { return try checkLinkFrame(bytes) }
        if bytes.first == chunks { return try checkChunks(Array(bytes.dropFirst())) }
        let record: Record
        do {
            record = try Record(decoding: bytes)
        } catch {
            try PropertyViolation.unless(
                (0...bytes.count).contains(error.offset), "\(error) lies outside \(bytes.count) bytes")
            return
        }
        try PropertyViolation.unless(record.encoded() == bytes, "a record is written differently")
        let again = try? Record(decoding: record.encoded())
        try PropertyViolation.unless(again == record, "a record is read differently")
        switch record {
        case .genesis(let genesis):
            try PropertyViolation.unless(
                genesis.syndicateID == TaggedHash("radpool/genesis/v1").hash(bytes), "syndicate id")
        case .journalShareBatch(let batch):
            try PropertyViolation.unless(
                bytes.count >= 25 * batch.shares.count, "\(batch.shares.count) shares in \(bytes.count) bytes")
        case .epochConfiguration(let epoch):
            try PropertyViolation.unless(
                epoch.epochID == TaggedHash("radpool/epoch/v1").hash(bytes), "epoch id")
        case .minerRegistration, .journalJob, .vertex, .equivocationEvidence, .closeMark, .checkpoint,
            .checkpointCertificate, .workProof, .blockFound, .coinbaseAnswer:
            return
        }
    }

    /// An input that begins so goes on with the bytes of a link.
    private static let chunks: UInt8 = 0x60

    /// Bytes of a link are read alike whole and one by one, and what is held stays within bounds.
    private static func checkChunks(_ bytes: [UInt8]) throws(PropertyViolation) {
        var (whole, single) = (ChunkReader(largestPayload: 1_024), ChunkReader(largestPayload: 1_024))
        var (frames, others): ([[UInt8]], [[UInt8]]) = ([], [])
        var (error, other): (ChunkError?, ChunkError?) = (nil, nil)
        do { try whole.read(bytes) { _, frame in frames.append(frame) } } catch let found { error = found }
        do {
            for byte in bytes { try single.read([byte]) { _, frame in others.append(frame) } }
        } catch let found { other = found }
        try PropertyViolation.unless(error == other && frames == others, "\(bytes.count) bytes are read differently")
        for frame in frames {
            let stream = frame.first.flatMap(LinkStream.of)
            try PropertyViolation.unless(stream != nil, "a frame of no stream")
        }
        try PropertyViolation.unless(single.heldBytes <= bytes.count, "more is held than came")
    }

    private static func checkLinkFrame(_ bytes: [UInt8]) throws(PropertyViolation) {
        let frame: LinkFrame
        do {
            frame = try LinkFrame(decoding: bytes)
        } catch {
            try PropertyViolation.unless(
                (0...bytes.count).contains(error.offset), "\(error) lies outside \(bytes.count) bytes")
            return
        }
        try PropertyViolation.unless(frame.encoded() == bytes, "a frame of the link is written differently")
    }

    private static func checkFrame(_ bytes: [UInt8]) throws(PropertyViolation) {
        let frame: Frame
        do {
            frame = try Frame(decoding: bytes)
        } catch {
            try PropertyViolation.unless(
                (0...bytes.count).contains(error.offset), "\(error) lies outside \(bytes.count) bytes")
            return
        }
        try PropertyViolation.unless(frame.encoded() == bytes, "a frame is written differently")
        let again = try? Frame(decoding: frame.encoded())
        try PropertyViolation.unless(again == frame, "a frame is read differently")
    }
}
