import Bitcoin
import BitcoinNode
import Foundation
import GRDB
import Node
import Shares
import Storage
import Stratum
import Testing
import Wire

/// The engine as it runs: sockets, SQLite, the embedded node over JSON-RPC.
@Suite(.serialized, .enabled(if: PoolKernel.isExpected, Comment(rawValue: PoolKernel.absence)))
struct PoolEngineTests {
    private let accepted = "true"
    private let duplicate = "[22,\"duplicate share\",null]"

    @Test func sharesAreStoredAndCountedAndKnownAfterARestart() async throws {
        let fixture = try await PoolFixture()
        let (miner, shares) = try await mine(40, on: fixture)

        // The same miner, on a server that knows of it only what the disk kept.
        let engine = try await restarted(fixture)
        let returned = try await Miner(engine, token: miner.token)
        #expect(returned.extranonce1 == miner.extranonce1)
        #expect(engine.snapshot.journal.replayedShares == 40)
        for share in shares { #expect(try await returned.submit(share).error.json == duplicate) }
        let fresh = try returned.job.share(extranonce1: returned.extranonce1, seed: 1_000)
        #expect(try await returned.submit(fresh).result.json == accepted)
        // A job of before the restart still earns.
        let late = try miner.job.share(extranonce1: miner.extranonce1, seed: 2_000)
        #expect(try await returned.submit(late).result.json == accepted)
        #expect(engine.snapshot.journal.miners == 1)
        await engine.stop()
        await fixture.stop()
    }

    /// An engine on the directory of one that was let go: its tasks hold the lock for a moment after their end.
    private func restarted(_ fixture: PoolFixture) async throws -> PoolEngine {
        for _ in 0..<90_000 {
            do {
                return try fixture.engine()
            } catch StorageError.directoryInUse {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        return try fixture.engine()
    }

    /// Mines some shares on an engine that stops then, and is let go with the lock on its directory.
    private func mine(_ count: UInt64, on fixture: PoolFixture) async throws -> (Miner, [MinedJob.Share]) {
        let engine = try fixture.engine()
        let miner = try await Miner(engine)
        let shares = try (0..<count).map { try miner.job.share(extranonce1: miner.extranonce1, seed: $0) }
        for share in shares { #expect(try await miner.submit(share).result.json == accepted) }
        #expect(try await miner.submit(shares[7]).error.json == duplicate)

        let snapshot = engine.snapshot
        #expect(snapshot.total.acceptedShares == count)
        #expect(snapshot.total.work == UInt128(count) << UInt128(miner.job.level - 33))
        #expect(snapshot.stratum[ShareVerdict.accepted] == count)
        #expect(snapshot.workers.map(\.name) == ["rig"])
        #expect(snapshot.workers.first?.totals.acceptedShares == count)
        #expect(snapshot.workers.first?.agent == "test/1")
        #expect(snapshot.journal.miners == 1)
        // One group for the miner, and at most one for each share.
        #expect(snapshot.journal.groups > 1 && snapshot.journal.groups <= 1 + count)
        #expect(snapshot.job?.height == 1)
        #expect(snapshot.refusesShares == nil)
        await engine.stop()
        return (miner, shares)
    }

    @Test func aDamagedJournalStopsTheStart() async throws {
        let fixture = try await PoolFixture()
        _ = try await mine(8, on: fixture)
        let path = fixture.dataFolder.appending(path: "radpool.sqlite").path
        try await DatabaseQueue(path: path).write { database in
            try database.execute(sql: "UPDATE journal SET record = zeroblob(40) WHERE sequence = 0")
        }
        await #expect(throws: StorageError.corrupt(Corruption(.batch(0), .checksum))) {
            _ = try await restarted(fixture)
        }
        await fixture.stop()
    }

    @Test func aSolvedBlockIsInTheChainAndANewJobFollows() async throws {
        let fixture = try await PoolFixture()
        let engine = try fixture.engine(blockTarget: nil)
        let miner = try await Miner(engine)
        let client = BitcoinNode.RPCClient(endpoint: fixture.endpoint)
        var seed: UInt64 = 0
        // On regtest the target is that of every second hash.
        repeat {
            seed += 1
            _ = try await miner.submit(miner.job.share(extranonce1: miner.extranonce1, seed: seed))
        } while try await client.blockchainInfo().height == 0
        var job = miner.job
        while job.previousBlock == miner.job.previousBlock {
            job = try MinedJob(await miner.connection.notification("mining.notify"))
        }
        #expect(job.isClean)
        #expect(job.branch.isEmpty)
        // The node tells of its new tip before its answer to the block is noted.
        var blocks: [FoundBlock] = []
        while !blocks.contains(where: { $0.hash.bytes == job.previousBlock }) {
            try await Task.sleep(for: .milliseconds(10))
            blocks = engine.snapshot.blocks.filter(\.isTaken)
        }
        #expect(blocks.allSatisfy { $0.height == 1 && $0.value.satoshis == 5_000_000_000 })
        await engine.stop()
        await fixture.stop()
    }

    @Test func aShareThatTheDiskRefusesIsRefusedAndMayComeAgain() async throws {
        let fixture = try await PoolFixture()
        let engine = try fixture.engine()
        let miner = try await Miner(engine)
        let path = fixture.dataFolder.appending(path: "radpool.sqlite").path
        let other = try DatabaseQueue(path: path)
        try await other.write { database in
            try database.execute(
                sql: "CREATE TRIGGER refuse BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'refused'); END")
        }
        // What is durable in the tail when the database refuses for the first time stays accepted.
        var seed: UInt64 = 0
        var share = try miner.job.share(extranonce1: miner.extranonce1, seed: seed)
        var reply = try await miner.submit(share)
        while reply.result.json == accepted {
            seed += 1
            share = try miner.job.share(extranonce1: miner.extranonce1, seed: seed)
            reply = try await miner.submit(share)
        }
        let unavailable = "[20,\"pool cannot store shares now\",null]"
        #expect(reply.error.json == unavailable)
        #expect(try await miner.submit(share).error.json == unavailable)
        #expect(engine.snapshot.refusesShares != nil)
        #expect(engine.snapshot.journal.failures == 2)
        #expect(seed > 0 && engine.snapshot.total.acceptedShares == seed)
        try await other.write { try $0.execute(sql: "DROP TRIGGER refuse") }
        #expect(try await miner.submit(share).result.json == accepted)
        #expect(try await miner.submit(share).error.json == duplicate)
        #expect(engine.snapshot.refusesShares == nil)
        // A group for the miner and one for each share, for the miner waits for each answer.
        #expect(engine.snapshot.journal.groups == 2 + seed)
        await engine.stop()
        await fixture.stop()
    }

    @Test func accountsAreRegisteredBeforeTheyMine() async throws {
        let fixture = try await PoolFixture()
        let engine = try fixture.engine { $0.accounts = AccountPolicy(rule: .closed) }
        let application = try AccountApplication(
            keyText: PoolFixture.minerKey, nameText: "alice", inviteCode: "", network: .regtest)
        #expect(await engine.register(application, isOperator: false) == .refused(.closed))
        guard case .created(let account) = await engine.register(application, isOperator: true) else {
            Issue.record("not registered")
            return
        }
        #expect(account.number == 0)
        #expect(engine.snapshot.journal.miners == 1)
        #expect(await engine.register(application, isOperator: true) == .granted(account))
        let miner = try await Miner(engine, name: "alice.one")
        let refused = try await miner.connection.call("mining.authorize", ["bob.two", ""])
        #expect(refused.error.json.hasPrefix("[24,\"no such account"))
        await engine.stop()
        #expect(await engine.register(application, isOperator: true) == .refused(.notStored))
        await fixture.stop()
    }
}
