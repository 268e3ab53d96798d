import Bitcoin
import Foundation
import GRDB
import Storage
import TestSupport
import Testing
import Wire

@Suite struct ShareJournalTests {
    private func replayed(_ journal: ShareJournal, from job: UInt64 = 0) throws -> [Int64: JournalShareBatch] {
        var batches: [Int64: JournalShareBatch] = [:]
        try journal.replay(from: job) { batches[$0] = $1 }
        return batches
    }

    @Test func whatWasAppendedIsThereAfterReopening() throws {
        let scratch = try Scratch()
        var written: [Int64: JournalShareBatch] = [:]
        for round in 0..<3 {
            let journal = try scratch.journal()
            #expect(journal.nextSequence == Int64(4 * round))
            #expect(journal.nextMinerNumber == UInt32(round))
            let job = UInt64(round * 10)
            let group = JournalGroup(
                miners: [try Entries.miner(UInt32(round), name: "m\(round)")], jobs: [try Entries.job(job)])
            #expect(try journal.append(group) == nil)
            for nonce in 0..<4 {
                let shares = try Entries.shares(job: job, miner: UInt32(round), nonce: UInt32(nonce))
                let sequence = try #require(try journal.append(JournalGroup(shares: shares)))
                written[sequence] = shares
            }
            #expect(try replayed(journal) == written)
        }
        let journal = try scratch.journal()
        #expect(try replayed(journal) == written)
        #expect(try journal.jobs() == [0, 10, 20].map { try Entries.job($0) })
        #expect(try journal.jobs(from: 11) == [try Entries.job(20)])
        #expect(try journal.miners() == (0..<3).map { try Entries.miner($0, name: "m\($0)") })
        // Batches 4 ..< 8 are of job 10, 8 ..< 12 of job 20.
        #expect(try replayed(journal, from: 10).keys.sorted() == Array(4..<12))
        #expect(try replayed(journal, from: 11).keys.sorted() == Array(8..<12))
        #expect(try replayed(journal, from: 21).isEmpty)
    }

    @Test func aGroupIsStoredWholeOrNotAtAll() throws {
        let scratch = try Scratch()
        let journal = try scratch.journal()
        try journal.append(JournalGroup(miners: [try Entries.miner(0, name: "one")], jobs: [try Entries.job(1)]))
        // The second miner's name is taken, which only the database notices, after the first and the job went in.
        let group = JournalGroup(
            miners: [try Entries.miner(1), try Entries.miner(2, name: "one")], jobs: [try Entries.job(2)],
            shares: try Entries.shares(job: 1, nonce: 1))
        #expect(throws: StorageError.alreadyStored("UNIQUE constraint failed: miners.name")) {
            try journal.append(group)
        }
        #expect(journal.nextMinerNumber == 1)
        #expect(journal.nextSequence == 0)
        #expect(try journal.jobs().map(\.sequence) == [1])
        #expect(try journal.miners().count == 1)
        #expect(try journal.append(JournalGroup(shares: try Entries.shares(job: 1, nonce: 1))) == 0)
    }

    @Test func sharesNeedTheirJobAndMiner() throws {
        let journal = try Scratch().journal()
        let shares = try Entries.shares(job: 5, miner: 1, nonce: 0)
        #expect(throws: StorageError.unknownJob(5)) { try journal.append(JournalGroup(shares: shares)) }
        let job = try Entries.job(5)
        #expect(throws: StorageError.unknownMiner(1)) {
            try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [job], shares: shares))
        }
        #expect(throws: StorageError.wrongMinerNumber(expected: 0)) {
            try journal.append(JournalGroup(miners: [try Entries.miner(1)]))
        }
        let miners = [try Entries.miner(0), try Entries.miner(1)]
        #expect(try journal.append(JournalGroup(miners: miners, jobs: [job], shares: shares)) == 0)
        #expect(throws: StorageError.alreadyStored("job 5")) { try journal.append(JournalGroup(jobs: [job])) }
        #expect(throws: StorageError.alreadyStored("job \(UInt64.max)")) {
            try journal.append(JournalGroup(jobs: [try Entries.job(.max)]))
        }
        #expect(throws: StorageError.wrongMinerNumber(expected: 2)) {
            try journal.append(JournalGroup(miners: [try Entries.miner(1)]))
        }
    }

    @Test func commitsAreDurable() throws {
        let store = try Scratch().store()
        let journal = try ShareJournal(store)
        try journal.append(JournalGroup(jobs: [try Entries.job(1)]))
        try store.queue.writeWithoutTransaction { database in
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
            #expect(mode == "wal")
            #expect(synchronous == 2)
            #expect(application == 0x5241_4450)
        }
    }

    /// SQLite's own limit on pages gives the same error, at the same places, as a full disk.
    @Test func aFullDiskIsSaidAndPasses() throws {
        let store = try Scratch().store()
        let journal = try ShareJournal(store)
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        let pages = try store.queue.read { try Int.fetchOne($0, sql: "PRAGMA page_count") }
        try store.queue.writeWithoutTransaction {
            _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \((pages ?? 0) + 4)")
        }
        var stored: [Int64: JournalShareBatch] = [:]
        var refusals = 0
        for nonce in 0..<40 {
            let shares = try Entries.shares(job: 1, nonce: UInt32(nonce), count: 40)
            do {
                let sequence = try #require(try journal.append(JournalGroup(shares: shares)))
                #expect(refusals == 0 || nonce >= 30)
                stored[sequence] = shares
            } catch let error as StorageError {
                #expect(error == .diskFull)
                refusals += 1
            }
            if nonce == 30 {
                try store.queue.writeWithoutTransaction {
                    _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = 100000")
                }
            }
        }
        #expect(refusals > 5)
        #expect(stored.keys.sorted() == Array(0..<Int64(stored.count)))
        #expect(stored.count == 40 - refusals)
        #expect(try replayed(journal) == stored)
    }

    @Test func anotherSyndicateOrMSPIsRefused() throws {
        let scratch = try Scratch()
        _ = try scratch.store()
        let mine = Scratch.identity
        let syndicate = StoreIdentity(syndicate: SHA256.hash([9]), msp: mine.msp)
        #expect(throws: StorageError.foreign(found: mine)) { try scratch.store(syndicate) }
        let other = StoreIdentity(
            syndicate: mine.syndicate, msp: try XOnlyKeyBytes([UInt8](repeating: 4, count: 32)))
        #expect(throws: StorageError.foreign(found: mine)) { try scratch.store(other) }
        #expect(throws: Never.self) { try scratch.store() }
    }

    @Test func aLaterSchemaIsRefused() throws {
        let scratch = try Scratch()
        try scratch.store().queue.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('2: of the future')")
        }
        #expect(throws: StorageError.newerSchema) { try scratch.store() }
    }
}
