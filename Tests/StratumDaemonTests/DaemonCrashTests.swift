import Foundation
import StratumConversations
import TestSupport
import Testing

/// `kill -9` with shares in flight, over and over, on one journal.
@Suite("radpoold: crashes", .serialized)
struct DaemonCrashTests {
    /// Shares in flight when the daemon is killed, at least.
    static let inFlight = 64

    /// What a miner sent, and whether it was answered `true` before its connection broke.
    private struct Sent {
        var share: Share
        var wasAccepted = false
    }

    @Test func whatWasAnsweredTrueIsStoredOnceAndIsADuplicateAfterwards() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        let pool = try DaemonPool(.patient)
        var token: String?
        var answeredTrue: Set<String> = []
        for round in 0..<Scale.count(10, full: 50) {
            let miner = try Miner(pool, token: token)
            token = token ?? miner.token
            #expect(miner.token == token, "round \(round), seed \(seed)")
            var sent = try burst(of: miner, Self.inFlight + Int.random(in: 0...192, using: &generator))
            // Two times of three with the first answer: what is answered too early is not written yet. Else anywhere
            // from before the first answer to where 64 are still to come.
            let isAtOnce = !round.isMultiple(of: 3)
            let awaited = isAtOnce ? 1 : Int.random(in: 0...(sent.count - Self.inFlight), using: &generator)
            try read(miner, into: &sent, until: awaited)
            if !isAtOnce { usleep(UInt32.random(in: 0...4_000, using: &generator)) }
            pool.kill()
            try read(miner, into: &sent, until: sent.count)
            try pool.startAgain()
            try resubmit(sent, to: pool, token: token, &answeredTrue, "round \(round), seed \(seed)")
        }
        try pool.end()
        let stored = try StoredShares.keys(pool.journal)
        #expect(Set(stored).count == stored.count, "a share is stored twice, seed \(seed)")
        #expect(answeredTrue.isSubset(of: stored), "seed \(seed)")
    }

    /// Sends shares in one segment.
    private func burst(of miner: Miner, _ count: Int) throws -> [Sent] {
        // Each round's shares lie behind those of the rounds before.
        let sent = try (0..<count).map { _ in Sent(share: try miner.find()) }
        try miner.connection.send(
            lines: sent.enumerated().map { $1.share.line(String($0), worker: miner.name) })
        return sent
    }

    /// Reads answers, which come in the order of the shares; stops at the end of the connection.
    private func read(_ miner: Miner, into sent: inout [Sent], until count: Int) throws {
        while let index = sent.firstIndex(where: { !$0.wasAccepted }), index < count {
            // A killed process resets its connections: that ends them, too.
            guard let line = try? miner.reply() else { return }
            guard line == Lines.yes(String(index)) else { throw Mismatch("expected true for \(index), got \(line)") }
            sent[index].wasAccepted = true
        }
    }

    /// Everything is sent again: what was answered `true` is a duplicate; the rest is stored already, or now, or lost.
    private func resubmit(
        _ sent: [Sent], to pool: DaemonPool, token: String?, _ answeredTrue: inout Set<String>, _ comment: String
    ) throws {
        let miner = try Miner(pool, token: token)
        #expect(miner.token == token, "\(comment)")
        for share in sent {
            let id = miner.nextID()
            try miner.connection.send(share.share.line(id, worker: miner.name))
            let reply = try miner.reply()
            let duplicate = #"{"id":\#(id),"result":null,"error":[22,"duplicate share",null]}"#
            // A job is stored with its first share: where none was, the job went with them.
            let unknown = #"{"id":\#(id),"result":null,"error":[21,"job not found",null]}"#
            let isRight = reply == duplicate || (!share.wasAccepted && (reply == Lines.yes(id) || reply == unknown))
            #expect(isRight, "\(comment): \(reply ?? "the end")")
            guard reply != unknown else { continue }
            answeredTrue.insert(StoredShares.key(share.share, extranonce1: miner.extranonce1))
        }
    }
}
