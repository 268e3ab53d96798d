import ArgumentParser
import Bitcoin
import CLoad
import Foundation
import Synchronization

/// One run: all members on two threads, until everything is ordered at each.
struct BroadcastRun {
    let seconds: Double
    let shares: Int
    let payload: Int
    let members: Int
    let vertices: Int
    let messages: Int
    let sentBytes: Int
    let syncs: Int

    var rate: Double { Double(shares) / seconds }
    var megabytes: Double { Double(payload) / seconds / 1e6 }
    /// Bytes on the wire for each that must be: all payload to all others.
    var overhead: Double { Double(sentBytes) / Double(payload * (members - 1)) }
    /// How long it took to bring the shares of one vertex, milliseconds.
    var vertexLoad: Double { seconds * 1_000 * Double(members) / Double(max(vertices, 1)) }

    private static let threads = 2
    private static let limit = 120.0

    init(_ bed: BroadcastBed) throws {
        let boxes = (0..<Self.threads).map { _ in Mailbox() }
        let results = (0..<Self.threads).map { _ in ResultBox() }
        let finished = DispatchSemaphore(value: 0)
        let done = Finish(members: bed.keys.count)
        let start = rp_load_now()
        for thread in 0..<Self.threads {
            let worker = Thread {
                let result = Result { try Self.work(thread, bed, boxes, done) }
                results[thread].set(result)
                finished.signal()
            }
            worker.stackSize = 8 << 20
            worker.start()
        }
        for _ in 0..<Self.threads { finished.wait() }
        seconds = Double(rp_load_now() - start) / 1e9
        let all = try results.flatMap { try $0.get() }
        guard all.allSatisfy({ zip($0.hashes, all[0].hashes).allSatisfy(==) }) else {
            throw ValidationError("members ordered differently")
        }
        shares = bed.shareCount
        payload = bed.payload
        members = bed.keys.count
        vertices = all[0].vertices
        messages = all.reduce(0) { $0 + $1.messages }
        sentBytes = all.reduce(0) { $0 + $1.sentBytes }
        syncs = all.reduce(0) { $0 + $1.syncs }
    }

    private static func work(
        _ thread: Int, _ bed: BroadcastBed, _ boxes: [Mailbox], _ done: Finish
    ) throws -> [MemberResult] {
        let indices = bed.keys.indices.filter { $0 % threads == thread }
        var members = try indices.map { try BroadcastMember($0, bed) }
        var isDone = [Bool](repeating: false, count: members.count)
        let end = rp_load_now() + UInt64(limit * 1e9)
        while !done.isComplete {
            guard rp_load_now() < end else { throw ValidationError("not everything is ordered after \(limit) s") }
            let wait = members.map(\.patience).min() ?? 1
            for letter in boxes[thread].take(milliseconds: wait) {
                members[letter.to / threads].take(letter.bytes, from: letter.from)
            }
            for index in members.indices {
                members[index].turn()
                let from = members[index].index
                try members[index].release { peer, bytes in
                    boxes[peer % threads].post(Letter(from: from, to: peer, bytes: bytes))
                }
                if !isDone[index], members[index].orderedShares >= bed.shareCount {
                    isDone[index] = true
                    done.finish()
                }
            }
        }
        return members.map(MemberResult.init)
    }
}

/// What is left of a member.
struct MemberResult: Sendable {
    let hashes: [Hash256]
    let vertices: Int
    let messages: Int
    let sentBytes: Int
    let syncs: Int

    init(_ member: BroadcastMember) {
        hashes = member.hashes
        vertices = member.orderedVertices
        messages = member.messages
        sentBytes = member.sentBytes
        syncs = member.syncs
    }
}

/// A frame on its way.
struct Letter: Sendable {
    let from: Int
    let to: Int
    let bytes: [UInt8]
}

/// What other threads have for one.
final class Mailbox: Sendable {
    private let letters = Mutex<[Letter]>([])
    private let news = DispatchSemaphore(value: 0)

    func post(_ letter: Letter) {
        let wasEmpty = letters.withLock { letters in
            letters.append(letter)
            return letters.count == 1
        }
        if wasEmpty { news.signal() }
    }

    /// Everything that is there; waits for something no longer than that.
    func take(milliseconds: Int) -> [Letter] {
        let found = takeAll()
        guard found.isEmpty, milliseconds > 0 else { return found }
        _ = news.wait(timeout: .now() + .milliseconds(milliseconds))
        return takeAll()
    }

    private func takeAll() -> [Letter] {
        letters.withLock { letters in
            defer { letters = [] }
            return letters
        }
    }
}

/// A thread's outcome.
final class ResultBox: Sendable {
    private let result = Mutex<Result<[MemberResult], any Error>?>(nil)

    func set(_ new: Result<[MemberResult], any Error>) {
        result.withLock { $0 = new }
    }

    func get() throws -> [MemberResult] {
        try result.withLock { try $0?.get() ?? [] }
    }
}

/// How many members have ordered everything.
final class Finish: Sendable {
    private let members: Int
    private let finished = Atomic<Int>(0)

    init(members: Int) {
        self.members = members
    }

    func finish() {
        finished.add(1, ordering: .relaxed)
    }

    var isComplete: Bool { finished.load(ordering: .relaxed) >= members }
}
