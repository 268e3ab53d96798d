import ArgumentParser
import Bitcoin
import Broadcast
import Foundation
import Wire

/// A member's log file: what must be durable goes to the disk in one write, and only then anything leaves.
struct BroadcastLog {
    let index: Int
    private let bed: BroadcastBed
    private let file: FileHandle
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
        delivered = [[Hash256]](repeating: [], count: bed.keys.count)
        vertices = [[VertexFrame]](repeating: [], count: bed.keys.count)
        let path = bed.folder.appending(path: "member-\(index)").path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("cannot write \(path)") }
        self.file = file
    }

    /// Makes durable what must be, and then hands out what leaves.
    mutating func write(_ effects: [Effect], _ send: (_ peer: Int, _ bytes: [UInt8]) -> Void) throws {
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
        case .persist, .closed, .certify, .serveCommits, .recall, .quarantine, .alarm: return
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
        case .certified(let anchor): log += Self.encoded(anchor, .zero)
        case .abstained(let through): for sequence in through { log.append(UInt8(truncatingIfNeeded: sequence)) }
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
}
