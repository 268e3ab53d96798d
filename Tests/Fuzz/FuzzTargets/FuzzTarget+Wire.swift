import Bitcoin
import Wire

extension FuzzTarget {
    static func checkWire(_ bytes: [UInt8]) throws(PropertyViolation) {
        if Frame.kind(of: bytes) != nil { return try checkFrame(bytes) }
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
