import ArgumentParser
import Bitcoin
import CLoad

/// One run: all members on two threads, until everything is ordered at each. Each member's log has a thread of its own,
/// which waits for the disk while the member goes on.
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
        let post = Post(members: bed.keys.count, threads: Self.threads)
        let workers = (0..<Self.threads).map { thread in
            Worker<Void>(post) { try Self.work(thread, bed, post) }
        }
        let logs = bed.keys.indices.map { member in
            Worker<MemberResult>(post) { try Self.write(member, bed, post) }
        }
        let start = rp_load_now()
        for log in logs { log.start() }
        for worker in workers { worker.start() }
        for worker in workers { try worker.finish() }
        let all = try logs.map { try $0.finish() }
        seconds = Double(post.end - start) / 1e9
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

    /// The cores of a thread's members.
    private static func work(_ thread: Int, _ bed: BroadcastBed, _ post: Post) throws {
        var members = bed.keys.indices.filter { $0 % threads == thread }.map { BroadcastMember($0, bed) }
        let end = rp_load_now() + UInt64(limit * 1e9)
        while !post.isEnded {
            guard rp_load_now() < end else { throw ValidationError("not everything is ordered after \(limit) s") }
            for index in members.indices { post.logs[members[index].index].post(members[index].turn()) }
            let wait = members.map(\.patience).min() ?? 1
            for letter in post.letters[thread].take(milliseconds: wait) {
                let index = letter.to / threads
                post.logs[letter.to].post(members[index].take(letter.bytes, from: letter.from))
                // Records come whether letters wait or not.
                post.logs[letter.to].post(members[index].turn())
            }
        }
    }

    /// A member's log.
    private static func write(_ member: Int, _ bed: BroadcastBed, _ post: Post) throws -> MemberResult {
        var log = try BroadcastLog(member, bed)
        var isDone = false
        while !post.isEnded {
            try log.write(post.logs[member].take(milliseconds: 50)) { peer, bytes in
                post.letters[peer % threads].post([Letter(from: member, to: peer, bytes: bytes)])
            }
            if !isDone, log.orderedShares >= bed.shareCount {
                isDone = true
                post.finish()
            }
        }
        return MemberResult(log)
    }
}

/// What is left of a member.
struct MemberResult: Sendable {
    let hashes: [Hash256]
    let vertices: Int
    let messages: Int
    let sentBytes: Int
    let syncs: Int

    init(_ log: BroadcastLog) {
        hashes = log.hashes
        vertices = log.orderedVertices
        messages = log.messages
        sentBytes = log.sentBytes
        syncs = log.syncs
    }
}

/// A frame on its way.
struct Letter: Sendable {
    let from: Int
    let to: Int
    let bytes: [UInt8]
}
