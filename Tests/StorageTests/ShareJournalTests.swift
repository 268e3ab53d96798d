import Bitcoin
import Foundation
import GRDB
import Storage
import TestSupport
import Testing
import Wire

@Suite struct ShareJournalTests {
    @Test func whatWasAppendedIsThereAfterReopening() throws {
        let scratch = try Scratch()
        var written: [JournalShare] = []
        for round in 0..<3 {
            let journal = try scratch.journal()
            #expect(journal.groupCount == UInt64(5 * round))
            #expect(journal.nextMinerNumber == UInt32(round))
            let job = UInt64(round * 10)
            try journal.append(
                JournalGroup(
                    miners: [try Entries.miner(UInt32(round), name: "m\(round)")], jobs: [try Entries.job(job)]))
            for nonce in 0..<4 {
                let shares = try Entries.shares(job: job, miner: UInt32(round), nonce: UInt32(nonce))
                try journal.append(JournalGroup(shares: shares))
                written += shares.shares
            }
            #expect(try journal.shares() == written)
        }
        let journal = try scratch.journal()
        #expect(try journal.shares() == written)
        #expect(try journal.jobs() == [0, 10, 20].map { try Entries.job($0) })
        #expect(try journal.jobs(from: 11) == [try Entries.job(20)])
        #expect(try journal.miners() == (0..<3).map { try Entries.miner($0, name: "m\($0)") })
        #expect(try journal.shares(from: 10) == Array(written[12...]))
        #expect(try journal.shares(from: 11) == Array(written[24...]))
        #expect(try journal.shares(from: 21).isEmpty)
    }

    @Test func aGroupIsStoredWholeOrNotAtAll() throws {
        let scratch = try Scratch()
        let journal = try scratch.journal()
        try journal.append(JournalGroup(miners: [try Entries.miner(0, name: "one")], jobs: [try Entries.job(1)]))
        let group = JournalGroup(
            miners: [try Entries.miner(1), try Entries.miner(2, name: "one")], jobs: [try Entries.job(2)],
            shares: try Entries.shares(job: 1, nonce: 1))
        #expect(throws: StorageError.alreadyStored("the name of miner 2")) { try journal.append(group) }
        #expect(journal.nextMinerNumber == 1)
        #expect(journal.groupCount == 1)
        #expect(try journal.jobs().map(\.sequence) == [1])
        #expect(try journal.miners().count == 1)
        let shares = try Entries.shares(job: 1, nonce: 1)
        try journal.append(JournalGroup(shares: shares))
        #expect(try journal.shares() == shares.shares)
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
        try journal.append(JournalGroup(miners: miners, jobs: [job], shares: shares))
        #expect(throws: StorageError.alreadyStored("job 5")) { try journal.append(JournalGroup(jobs: [job])) }
        #expect(throws: StorageError.alreadyStored("job \(UInt64.max)")) {
            try journal.append(JournalGroup(jobs: [try Entries.job(.max)]))
        }
        #expect(throws: StorageError.alreadyStored("job 6")) {
            try journal.append(JournalGroup(jobs: [try Entries.job(6), try Entries.job(6)]))
        }
        #expect(throws: StorageError.wrongMinerNumber(expected: 2)) {
            try journal.append(JournalGroup(miners: [try Entries.miner(1)]))
        }
    }

    @Test func aKeyAndANameAreOfOneMiner() throws {
        let scratch = try Scratch()
        let key = try Entries.miner(0).key
        let name = try #require(RecordName("a"))
        do {
            let journal = try scratch.journal()
            try journal.append(JournalGroup(miners: [MinerRegistration(number: 0, key: key, name: name)]))
        }
        let journal = try scratch.journal()
        let other = try Entries.miner(1).key
        #expect(throws: StorageError.alreadyStored("the key of miner 1")) {
            try journal.append(JournalGroup(miners: [MinerRegistration(number: 1, key: key, name: nil)]))
        }
        #expect(throws: StorageError.alreadyStored("the name of miner 1")) {
            try journal.append(JournalGroup(miners: [MinerRegistration(number: 1, key: other, name: name)]))
        }
        #expect(throws: StorageError.alreadyStored("the key of miner 2")) {
            let twice = [1, 2].map { MinerRegistration(number: $0, key: other, name: nil) }
            try journal.append(JournalGroup(miners: twice))
        }
        try journal.append(JournalGroup(miners: [MinerRegistration(number: 1, key: other, name: nil)]))
        #expect(try journal.miners().count == 2)
    }

    @Test func commitsAreDurable() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
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
        let scratch = try Scratch()
        let store = try scratch.store()
        let journal = try ShareJournal(store, tail: .small)
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        let pages = try store.queue.read { try Int.fetchOne($0, sql: "PRAGMA page_count") }
        try store.queue.writeWithoutTransaction {
            _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \((pages ?? 0) + 4)")
        }
        var stored: [JournalShare] = []
        var refusals = 0
        for nonce in 0..<40 {
            let shares = try Entries.shares(job: 1, nonce: UInt32(nonce), count: 40)
            do {
                try journal.append(JournalGroup(shares: shares))
                #expect(refusals == 0 || nonce > 30)
                stored += shares.shares
            } catch {
                #expect(error == .diskFull)
                refusals += 1
            }
            if nonce == 30 {
                #expect(throws: StorageError.diskFull) { try journal.flush() }
                try store.queue.writeWithoutTransaction {
                    _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = 100000")
                }
            }
        }
        #expect(refusals > 5)
        #expect(stored.count == 40 * (40 - refusals))
        #expect(try journal.shares() == stored)
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
