import Bitcoin
import Foundation
import GRDB
import Storage
import TestSupport
import Testing
import Wire

/// Every kind of damage is found at the next start, and named.
@Suite struct CorruptionTests {
    /// A store of two miners, two jobs and three batches, with `damage` done to it; then opened and read back.
    private func readBack(_ damage: String) throws {
        let scratch = try Scratch()
        do {
            let store = try scratch.store()
            let journal = try ShareJournal(store)
            try journal.append(
                JournalGroup(
                    miners: [try Entries.miner(0), try Entries.miner(1, name: "b")],
                    jobs: [try Entries.job(3), try Entries.job(4)]))
            for nonce in 0..<3 {
                try journal.append(JournalGroup(shares: try Entries.shares(job: 4, miner: 1, nonce: UInt32(nonce))))
                try journal.flush()
            }
            try store.queue.write { try $0.execute(sql: damage) }
        }
        try scratch.journal().replay { _, _ in }
    }

    @Test(arguments: [
        ("UPDATE journal SET record = zeroblob(40) WHERE sequence = 1", Corruption(.batch(1), .checksum)),
        ("UPDATE journal SET checksum = zeroblob(32) WHERE sequence = 2", Corruption(.batch(2), .checksum)),
        ("UPDATE journal SET checksum = x'' WHERE sequence = 0", Corruption(.batch(0), .checksum)),
        ("UPDATE journal SET sequence = 7 WHERE sequence = 2", Corruption(.counter("batches"), .columns)),
        ("UPDATE journal SET sequence = 7 WHERE sequence = 1", Corruption(.counter("batches"), .columns)),
        ("DELETE FROM journal WHERE sequence = 2", Corruption(.batch(2), .missing)),
        ("DELETE FROM journal", Corruption(.batch(0), .missing)),
        ("DELETE FROM journal WHERE sequence = 1", Corruption(.batch(1), .missing)),
        ("DELETE FROM journal WHERE sequence = 0", Corruption(.batch(0), .missing)),
        ("UPDATE jobs SET record = x'0301' WHERE sequence = 3", Corruption(.job(3), .checksum)),
        ("UPDATE jobs SET sequence = 5 WHERE sequence = 3", Corruption(.job(5), .checksum)),
        ("UPDATE jobs SET first_batch = 2 WHERE sequence = 4", Corruption(.job(4), .checksum)),
        ("UPDATE counters SET value = value - 1 WHERE name = 'groups'", Corruption(.counter("groups"), .columns)),
        ("UPDATE counters SET value = value + 1 WHERE name = 'groups'", Corruption(.counter("groups"), .columns)),
        ("DELETE FROM counters WHERE name = 'groups_again'", Corruption(.counter("groups"), .columns)),
        ("DELETE FROM jobs WHERE sequence = 3", Corruption(.counter("jobs"), .columns)),
        ("DELETE FROM miners WHERE number = 1", Corruption(.miner(1), .missing)),
        ("UPDATE miners SET name = 'c' WHERE number = 1", Corruption(.miner(1), .columns)),
        ("UPDATE miners SET key = zeroblob(32) WHERE number = 1", Corruption(.miner(1), .columns)),
        ("UPDATE miners SET record = x'02' WHERE number = 0", Corruption(.miner(0), .checksum)),
        ("DELETE FROM miners WHERE number = 0", Corruption(.miner(0), .missing)),
        ("DELETE FROM meta WHERE key = 'msp'", Corruption(.meta("msp"), .missing)),
        ("UPDATE meta SET value = x'00' WHERE key = 'syndicate'", Corruption(.meta("syndicate"), .columns)),
    ])
    func damagedRowsAreNamed(damage: String, corruption: Corruption) throws {
        #expect(throws: StorageError.corrupt(corruption)) { try readBack(damage) }
    }

    @Test func referencesAreChecked() throws {
        #expect(throws: StorageError.unknownJob(4)) {
            try readBack("DELETE FROM jobs WHERE sequence = 4; UPDATE counters SET value = 1 WHERE name = 'jobs'")
        }
        #expect(throws: StorageError.unknownMiner(1)) {
            try readBack("DELETE FROM miners WHERE number = 1; UPDATE counters SET value = 1 WHERE name = 'miners'")
        }
    }

    /// A row with the right checksum over bytes that are no record.
    @Test func wellSummedNonsenseIsNamed() throws {
        let checksum = SHA256.hash([1, 0, 0, 0, 0, 0, 0, 0, 4, 9])
        let damage = "UPDATE journal SET record = x'0409', checksum = x'\(checksum.internalHex)' WHERE sequence = 1"
        let error = WireError(.unknownVersion(9), offset: 1)
        #expect(throws: StorageError.corrupt(Corruption(.batch(1), .record(error)))) { try readBack(damage) }
    }

    @Test func aFileThatIsNoDatabaseIsNamed() throws {
        let scratch = try Scratch()
        _ = try scratch.store()
        let file = scratch.url.appending(path: Store.fileName)
        try Data(repeating: 0x41, count: 8_192).write(to: file)
        #expect(throws: StorageError.corrupt(Corruption(.database, .sqlite("file is not a database")))) {
            try scratch.store()
        }
    }

    /// Flipped bits anywhere in the file: what is read back is what was written, or an error says that it is not.
    @Test func flippedBitsNeverChangeAShare() throws {
        let scratch = try Scratch()
        var written: [Int64: JournalShareBatch] = [:]
        do {
            let store = try scratch.store()
            let journal = try ShareJournal(store)
            try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
            for nonce in 0..<20 {
                let shares = try Entries.shares(job: 1, nonce: UInt32(nonce), count: 20)
                try journal.append(JournalGroup(shares: shares))
                try journal.flush()
                written[Int64(nonce)] = shares
            }
            try store.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
        let file = scratch.url.appending(path: Store.fileName)
        let intact = try Data(contentsOf: file)
        var found = 0
        let count = Scale.count(60, full: 3_000)
        for seed in 0..<UInt64(count) {
            var generator = SeededGenerator(seed: seed)
            var damaged = intact
            let index = Int.random(in: 0..<damaged.count, using: &generator)
            damaged[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try damaged.write(to: file)
            var readBack: [Int64: JournalShareBatch] = [:]
            do {
                let journal = try scratch.journal()
                try journal.replay { readBack[$0] = $1 }
                #expect(readBack == written, "seed \(seed)")
            } catch is StorageError {
                found += 1
            }
        }
        #expect(found > count / 8)
    }
}
