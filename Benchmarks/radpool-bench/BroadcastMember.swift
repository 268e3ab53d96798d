import ArgumentParser
import Bitcoin
import Broadcast
import CLoad
import Foundation
import Wire

/// A member with its log file: what arrives is taken, what must be durable goes to the disk in one write, and only then
/// anything leaves.
struct BroadcastMember {
    let index: Int
    private let bed: BroadcastBed
    private var core: BroadcastCore
    private let file: FileHandle
    private var effects: [Effect] = []
    private var nextBatch = 0
    /// What answers peers that lag: the log, by author and sequence.
    private var delivered: [[Hash256]]
    private var vertices: [[VertexFrame]]
    private var unfinished: [VertexName: VertexFrame] = [:]

    /// Shares that are ordered.
    private(set) var orderedShares = 0
    private(set) var orderedVertices = 0
    private(set) var messages = 0
    private(set) var sentBytes = 0
    private(set) var syncs = 0
    /// H of each commit.
    private(set) var hashes: [Hash256] = []

    init(_ index: Int, _ bed: BroadcastBed) throws {
        self.index = index
        self.bed = bed
        core = bed.core(index)
        delivered = [[Hash256]](repeating: [], count: bed.keys.count)
        vertices = [[VertexFrame]](repeating: [], count: bed.keys.count)
        let path = bed.folder.appending(path: "member-\(index)").path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("cannot write \(path)") }
        self.file = file
    }

    mutating func take(_ bytes: [UInt8], from peer: Int) {
        effects += core.step(.received(from: peer, bytes: bytes), now: Self.milliseconds)
    }

    /// Gives the next records to the lane, and time to the core.
    mutating func turn() {
        let now = Self.milliseconds
        if core.pendingRecordCount == 0, nextBatch < bed.lanes[index].batches.count {
            let start = nextBatch == 0 ? bed.lanes[index].start : []
            effects += core.step(
                .records(start + [bed.lanes[index].batches[nextBatch]], isControl: false), now: now)
            nextBatch += 1
        }
        if core.wakeTime <= now { effects += core.step(.wake, now: now) }
    }

    /// Milliseconds until time matters.
    var patience: Int {
        let now = Self.milliseconds
        return Int(min(max(core.wakeTime, now) - now, 50))
    }

    /// Makes durable what must be, and then hands out what leaves.
    mutating func release(_ send: (_ peer: Int, _ bytes: [UInt8]) -> Void) throws {
        guard !effects.isEmpty else { return }
        var log: [UInt8] = []
        for case .persist(let entries) in effects {
            for entry in entries { append(entry, to: &log) }
        }
        if !log.isEmpty {
            try file.write(contentsOf: log)
            guard fdatasync(file.fileDescriptor) == 0 else { throw ValidationError("the disk refuses") }
            syncs += 1
        }
        for effect in effects { perform(effect, send) }
        effects.removeAll(keepingCapacity: true)
    }

    private mutating func perform(_ effect: Effect, _ send: (Int, [UInt8]) -> Void) {
        switch effect {
        case .send(let peer, let frame), .ask(let peer, let frame):
            for to in bed.keys.indices where to != index && (peer == nil || peer == to) {
                post(frame, to, send)
            }
        case .commit(let commit):
            hashes.append(commit.hash)
            orderedVertices += commit.vertices.count
            for vertex in commit.vertices {
                for record in vertex.vertex.records where record.first == RecordType.journalShareBatch.rawValue {
                    orderedShares += bed.shares
                }
            }
        case .serveReadies(let peer, let author, let sequences):
            let range = Int(sequences.lowerBound) - 1..<min(Int(sequences.upperBound), delivered[author].count)
            post(
                LogAnswers.readies(
                    epoch: bed.epoch, author: author, first: sequences.lowerBound,
                    digests: Array(delivered[author][range])), peer, send)
        case .serveVertex(let peer, let item):
            let index = Int(item.sequence) - 1
            guard index < vertices[Int(item.author)].count else { return }
            post(LogAnswers.vertex(vertices[Int(item.author)][index]), peer, send)
        case .persist, .certify, .serveCommits, .recall, .quarantine, .alarm: return
        }
    }

    private mutating func post(_ frame: [UInt8], _ peer: Int, _ send: (Int, [UInt8]) -> Void) {
        messages += 1
        sentBytes += frame.count
        send(peer, frame)
    }

    private mutating func append(_ entry: LogEntry, to log: inout [UInt8]) {
        switch entry {
        case .vertex(let frame):
            log += Frame.vertex(frame).encoded()
            let name = VertexName(author: Int(frame.vertex.author), sequence: frame.vertex.sequence)
            unfinished[name] = frame
        case .echoed(let name, let digest), .readied(let name, let digest):
            log += Self.encoded(name, digest)
        case .delivered(let name, let digest):
            log += Self.encoded(name, digest)
            delivered[name.author].append(digest)
            if let frame = unfinished.removeValue(forKey: name) { vertices[name.author].append(frame) }
        case .evidence(let proof): log += proof.encoded()
        case .signed(let checkpoint): log += checkpoint.encoded()
        case .diverged(let commit): log.append(UInt8(truncatingIfNeeded: commit))
        }
    }

    private static func encoded(_ name: VertexName, _ digest: Hash256) -> [UInt8] {
        var writer = ByteWriter(capacity: 42)
        writer.append(littleEndian: UInt16(truncatingIfNeeded: name.author))
        writer.append(littleEndian: name.sequence)
        writer.append(digest)
        return writer.bytes
    }

    private static var milliseconds: UInt64 { rp_load_now() / 1_000_000 }
}
