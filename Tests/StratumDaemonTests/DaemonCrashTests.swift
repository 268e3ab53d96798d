import Bitcoin
import Foundation
import GRDB
import StratumConversations
import TestSupport
import Testing
import Wire

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
        let pool = try DaemonPool(
            .with { rules in
                rules.refusalBurst = 100_000
                rules.refusalsPerMinute = 100_000
            })
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
        let stored = try Self.storedShares(pool.journal)
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
            answeredTrue.insert(Self.key(share.share))
        }
    }

    /// What tells the shares of one extranonce1 and level apart.
    private static func key(_ share: Share) -> String {
        "\(share.job.dropLast(2)) \(share.extranonce2) \(share.nonce)"
    }

    private static func storedShares(_ journal: URL) throws -> [String] {
        let records = try DatabaseQueue(path: journal.path).read { database in
            try Data.fetchAll(database, sql: "SELECT record FROM journal ORDER BY sequence")
        }
        return try records.flatMap { record in
            try JournalShareBatch(decoding: Array(record)).shares.map { share in
                let job = String(share.work.jobSequence, radix: 16)
                let extranonce2 = share.extranonce.bytes.suffix(8).map { Job.hex8(UInt32($0)).suffix(2) }.joined()
                return String(repeating: "0", count: 14 - job.count) + job + " \(extranonce2) \(Job.hex8(share.nonce))"
            }
        }
    }
}
