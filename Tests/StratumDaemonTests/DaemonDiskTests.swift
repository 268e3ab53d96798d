import Foundation
import StratumConversations
import TestSupport
import Testing

/// A full disk under the journal: refusals in clear words, no promise that is not kept, service again by itself.
@Suite("radpoold: a full disk", .enabled(if: SmallDisk.isExpected, SmallDisk.absence))
struct DaemonDiskTests {
    /// What a miner sent and what it was told.
    private final class Flow {
        private let miner: Miner
        private(set) var accepted: [Share] = []
        private(set) var refused: [Share] = []

        init(_ miner: Miner) {
            self.miner = miner
        }

        /// Sends shares in one segment, does something, and reads the answers: `true`, or that it cannot be stored.
        func send(_ shares: [Share], meanwhile: () throws -> Void = {}) throws {
            let ids = shares.map { _ in miner.nextID() }
            try miner.connection.send(lines: zip(ids, shares).map { $1.line($0, worker: miner.name) })
            try meanwhile()
            for (id, share) in zip(ids, shares) {
                let reply = try miner.reply()
                if reply == Lines.yes(id) {
                    accepted.append(share)
                } else if reply == Lines.refusal(id, 20, "pool cannot store shares now") {
                    refused.append(share)
                } else {
                    throw Mismatch("expected true or a refusal for \(id), got \(reply ?? "the end")")
                }
            }
        }

        func mine(_ count: Int, meanwhile: () throws -> Void = {}) throws {
            try send(try (0..<count).map { _ in try miner.find() }, meanwhile: meanwhile)
        }

        /// Sends again what was refused, all of which must be taken now.
        func sendRefusedAgain() throws {
            let shares = refused
            refused = []
            try send(shares)
        }
    }

    @Test func sharesAreRefusedUntilThereIsRoomAndWhatWasAnsweredTrueIsStoredOnce() throws {
        var made: SmallDisk?
        let pool = try DaemonPool(.patient.with { $0.servesAPI = true }) { folder in
            // The embedded node's files are larger than the disk, and are not what this is about.
            let disk = try SmallDisk(at: folder, megabytes: 16, except: "regtest-node")
            made = disk
            return disk.command
        }
        let disk = try #require(made)
        let miner = try Miner(pool)
        let flow = Flow(miner)
        try flow.mine(100)
        #expect(flow.refused.isEmpty)
        try flow.mine(200) { try disk.fill() }
        for _ in 0..<100_000 where flow.refused.isEmpty { try flow.mine(1) }
        #expect(!flow.refused.isEmpty, "the disk is full")
        try whileTheDiskIsFull(pool, miner, flow)

        try disk.makeRoom()
        let before = flow.refused.count
        try flow.mine(20)
        #expect(flow.refused.count == before, "there is room again")
        try pool.waitForAnswer("/api/v1/status", with: #""refuses_shares":null"#)
        try pool.waitForAnswer("/metrics", with: "\nradpool_accepting 1\n")
        try flow.sendRefusedAgain()
        #expect(flow.refused.isEmpty)

        pool.kill()
        try pool.startAgain()
        let returned = try Miner(pool, token: miner.token)
        for share in flow.accepted { try returned.refused(share, 22, "duplicate share") }
        try pool.end()
        let copy = try TemporaryFolder("journal")
        try disk.copy("radpool.sqlite", to: copy.url)
        let stored = try StoredShares.keys(copy.url.appending(path: "radpool.sqlite"))
        let promised = flow.accepted.map { StoredShares.key($0, extranonce1: miner.extranonce1) }
        #expect(stored.sorted() == promised.sorted())
    }

    private func whileTheDiskIsFull(_ pool: DaemonPool, _ miner: Miner, _ flow: Flow) throws {
        let accepted = flow.accepted.count
        try flow.mine(20)
        #expect(flow.accepted.count == accepted, "the disk is full")
        try pool.waitForAnswer("/api/v1/status", with: #""refuses_shares":"the disk is full""#)
        try pool.waitForAnswer("/metrics", with: "\nradpool_accepting 0\n")
        // New connections are served; a new account would have to be stored.
        let other = try Connection(port: pool.port)
        try other.send(Lines.request("1", "mining.subscribe"), Lines.authorize("2", Accounts.second))
        _ = try Miner.subscribed(other, id: "1")
        try other.expect(Lines.refusal("2", 24, "pool cannot store accounts now"))
        _ = try Miner(pool)
        // A block goes to the node all the same, and new work comes from it.
        let block = try miner.find(.block)
        try flow.send([block])
        #expect(flow.refused.last == block)
        try pool.waitForBlock(block.hash)
        try miner.awaitTip()
    }
}
