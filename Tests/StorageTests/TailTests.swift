import Bitcoin
import Foundation
import GRDB
import Storage
import TestSupport
import Testing
import Wire

/// The journal's tail: what is in it only, when the process or the machine stops.
@Suite struct TailTests {
    private static let tail = "journal.tail"

    /// A journal of one miner and job, brought into the database.
    private func start(_ scratch: Scratch, _ tail: ShareJournal.Tail = .small) throws -> ShareJournal {
        let journal = try scratch.journal(tail)
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        try journal.flush()
        return journal
    }

    /// Copies a data directory as it stands: what a kill would leave.
    private func image(_ scratch: Scratch) throws -> Scratch {
        let copy = try Scratch()
        try FileManager.default.copyItem(at: scratch.url, to: copy.url)
        return copy
    }

    private func group(_ nonce: UInt32, count: UInt32 = 3) throws -> (JournalGroup, [JournalShare]) {
        let batch = try Entries.shares(job: 1, nonce: nonce, count: count)
        return (JournalGroup(shares: batch), batch.shares)
    }

    private func bytes(_ scratch: Scratch) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: scratch.url.appending(path: Self.tail)))
    }

    private func replace(_ bytes: [UInt8], in scratch: Scratch) throws {
        try Data(bytes).write(to: scratch.url.appending(path: Self.tail))
    }

    private func counter(_ name: String, _ store: Store) throws -> Int {
        try store.queue.read {
            try Int.fetchOne($0, sql: "SELECT value FROM counters WHERE name = ?", arguments: [name]) ?? 0
        }
    }

    private func refuse(_ store: Store) throws {
        try store.queue.write {
            try $0.execute(
                sql: "CREATE TRIGGER refuse BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'refused'); END")
        }
    }

    private func refuseNoMore(_ store: Store) throws {
        try store.queue.write { try $0.execute(sql: "DROP TRIGGER refuse") }
    }

    // MARK: A kill

    /// Groups of random sizes in a small tail, with jobs and miners among them: after each one, a copy of the directory
    /// has all of them.
    @Test func whateverWasAppendedIsThereAfterAKill() throws {
        for seed in 0..<UInt64(Scale.count(4, full: 60)) {
            var generator = SeededGenerator(seed: seed)
            let scratch = try Scratch()
            let tail = ShareJournal.Tail(pages: Int.random(in: 2...9, using: &generator), milliseconds: 3_600_000)
            let journal = try start(scratch, tail)
            var written: [JournalShare] = []
            var (jobs, miners) = (UInt64(1), UInt32(1))
            for nonce in 0..<UInt32(24) {
                let count = UInt32.random(in: 1...(nonce.isMultiple(of: 5) ? 900 : 20), using: &generator)
                var (group, shares) = try group(nonce, count: count)
                if nonce.isMultiple(of: 4) {
                    jobs += 1
                    group.jobs = [try Entries.job(jobs)]
                }
                if nonce.isMultiple(of: 7) {
                    group.miners = [try Entries.miner(miners, name: "m\(miners)")]
                    miners += 1
                }
                if nonce == 13 { group.batches = [] }
                try journal.append(group)
                written += nonce == 13 ? [] : shares
                let other = try image(scratch).journal(nonce.isMultiple(of: 2) ? tail : .init(pages: 16))
                #expect(try other.shares() == written, "seed \(seed), group \(nonce)")
                #expect(try other.jobs().count == Int(jobs))
                #expect(try other.miners().count == Int(miners))
                #expect(other.groupCount == journal.groupCount)
            }
            #expect(try journal.shares() == written, "seed \(seed)")
        }
    }

    /// A write that stopped anywhere: the group is there whole, or as if it had never been.
    @Test func aTornWriteIsNoGroup() throws {
        let scratch = try Scratch()
        let journal = try start(scratch, .init(pages: 8, milliseconds: 3_600_000))
        let (first, firstShares) = try group(1)
        try journal.append(first)
        let before = try image(scratch)
        let torn = try bytes(before)
        let (second, secondShares) = try group(2, count: 300)
        try journal.append(second)
        let whole = try bytes(try image(scratch))
        let changed = try #require(whole.indices.last { torn[$0] != whole[$0] })
        var generator = SeededGenerator(seed: 1)
        var found = [0, 0]
        for round in 0..<Scale.count(40, full: 1_000) {
            let cut = round < 3 ? changed + 1 - round : Int.random(in: 0...changed + 1, using: &generator)
            let copy = try image(before)
            try replace(Array(whole[..<cut] + torn[cut...]), in: copy)
            let shares = try copy.journal().shares()
            #expect(shares == firstShares + (cut > changed ? secondShares : []), "cut at \(cut)")
            found[cut > changed ? 1 : 0] += 1
        }
        #expect(found.allSatisfy { $0 > 0 })
    }

    @Test func aFileThatIsNoTailIsNamed() throws {
        let scratch = try Scratch()
        do { _ = try start(scratch) }
        let file = try FileHandle(forWritingTo: scratch.url.appending(path: Self.tail))
        try file.truncate(atOffset: 1 << 30 + 1)
        #expect(throws: StorageError.inputOutput("the journal's tail is too large to be one")) {
            try scratch.journal()
        }
        for content in [[], [7], [UInt8](repeating: 0x52, count: 10_000)] as [[UInt8]] {
            try replace(content, in: scratch)
            #expect(try scratch.journal().groupCount == 1)
        }
    }

    @Test func aTailOfAnotherSizeIsEmptiedFirst() throws {
        let scratch = try Scratch()
        let (group, shares) = try group(1)
        try start(scratch, .init(pages: 8, milliseconds: 3_600_000)).append(group)
        for pages in [2, 64, 3] {
            let journal = try scratch.journal(.init(pages: pages))
            #expect(try journal.shares() == shares)
            #expect(try bytes(scratch).count == pages * 4_096)
        }
    }

    // MARK: Damage

    /// A group that is damaged while a later one is whole was acknowledged: the start refuses, and names it. The last
    /// one cannot be told from one that was never whole.
    @Test func damageBeforeTheLastGroupIsNamed() throws {
        let scratch = try Scratch()
        let journal = try start(scratch, .init(pages: 8, milliseconds: 3_600_000))
        var written: [JournalShare] = []
        for nonce in 1...3 {
            let (group, shares) = try group(UInt32(nonce))
            try journal.append(group)
            written += shares
        }
        let whole = try bytes(scratch)
        // The file was empty when group 1 came.
        for (page, number) in [(0, UInt64(1)), (1, 2)] {
            let copy = try image(scratch)
            var damaged = whole
            damaged[page * 4_096 + 60] ^= 4
            try replace(damaged, in: copy)
            #expect(throws: StorageError.corrupt(Corruption(.tail(number), .missing))) { try copy.journal() }
            // Nothing was changed: with the file as it was everything is there.
            try replace(whole, in: copy)
            #expect(try copy.journal().shares() == written)
        }
        let copy = try image(scratch)
        var damaged = whole
        damaged[2 * 4_096 + 60] ^= 4
        try replace(damaged, in: copy)
        #expect(try copy.journal().shares() == Array(written.dropLast(3)))
    }

    /// A database from an older copy, with a newer tail.
    @Test func aDatabaseThatIsTooOldIsRefused() throws {
        let scratch = try Scratch()
        let journal = try start(scratch)
        let old = try image(scratch)
        for nonce in 0..<20 { try journal.append(try group(UInt32(nonce)).0) }
        try replace(try bytes(scratch), in: old)
        #expect(throws: StorageError.corrupt(Corruption(.tail(1), .missing))) { try old.journal() }
        // Without the tail the old journal is what it was.
        try FileManager.default.removeItem(at: old.url.appending(path: Self.tail))
        #expect(try old.journal().shares().isEmpty)
    }

    /// A database from an older copy, with a newer tail that follows on from it: nothing is lost, and no number of a
    /// job in it is given out again.
    @Test func aDatabaseThatIsOlderIsBroughtUpToDate() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let journal = try ShareJournal(store, tail: .small)
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        let old = try image(scratch)
        let jobs = JobSequence(store)
        for _ in 0..<1_500 { _ = try jobs.next() }
        let last = try jobs.next()
        let batch = try Entries.shares(job: last, nonce: 1)
        try journal.append(JournalGroup(jobs: [try Entries.job(last)], shares: batch))
        try replace(try bytes(scratch), in: old)
        let opened = try old.store()
        #expect(try ShareJournal(opened).shares() == batch.shares)
        #expect(try JobSequence(opened).next() == last + 1)
    }

    @Test func aTailOfAnotherStoreIsNotRead() throws {
        let scratch = try Scratch()
        let journal = try start(scratch)
        try journal.append(try group(1).0)
        let other = try Scratch()
        let identity = StoreIdentity(
            syndicate: SHA256.hash([7]), msp: try XOnlyKeyBytes([UInt8](repeating: 2, count: 32)))
        do { _ = try other.store(identity) }
        try replace(try bytes(scratch), in: other)
        let opened = try ShareJournal(try other.store(identity))
        #expect(opened.groupCount == 0)
        #expect(try opened.miners().isEmpty)
    }

    /// Flipped bits anywhere: what is read is what was written, at most without the last group, or the start refuses.
    @Test func flippedBitsNeverChangeAShare() throws {
        let scratch = try Scratch()
        let journal = try start(scratch, .init(pages: 8, milliseconds: 3_600_000))
        var written: [JournalShare] = []
        for nonce in 1...3 {
            let (group, shares) = try group(UInt32(nonce), count: 150)
            try journal.append(group)
            written += shares
        }
        let whole = try bytes(scratch)
        var opened = 0
        for seed in 0..<UInt64(Scale.count(60, full: 3_000)) {
            var generator = SeededGenerator(seed: seed)
            let copy = try image(scratch)
            var damaged = whole
            damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
            try replace(damaged, in: copy)
            guard let shares = try? copy.journal().shares() else { continue }
            opened += 1
            #expect(shares == written || shares == Array(written.dropLast(150)), "seed \(seed)")
        }
        #expect(opened > 0)
    }

    // MARK: The database

    @Test func aGroupThatIsLargerThanTheTailIsStored() throws {
        let scratch = try Scratch()
        var written: [JournalShare] = []
        do {
            let journal = try start(scratch, .init(pages: 2, milliseconds: 3_600_000))
            for (nonce, count) in [(UInt32(1), UInt32(10)), (2, 2_000), (3, 10)] {
                let (group, shares) = try group(nonce, count: count)
                try journal.append(group)
                written += shares
                #expect(try image(scratch).journal().shares() == written)
            }
            #expect(journal.groupCount == 4)
        }
        #expect(try scratch.journal().shares() == written)
    }

    /// While the database takes nothing, nothing is stored; what was is neither lost nor doubled.
    @Test func aDatabaseThatRefusesIsSaidAtOnce() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let journal = try ShareJournal(store, tail: .small)
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        try journal.flush()
        try refuse(store)
        let (first, firstShares) = try group(1)
        try journal.append(first)
        let refusal = StorageError.alreadyStored("refused")
        #expect(throws: refusal) { try journal.flush() }
        let (second, secondShares) = try group(2)
        for _ in 0..<3 { #expect(throws: refusal) { try journal.append(second) } }
        #expect(journal.groupCount == 2)
        try refuseNoMore(store)
        try journal.append(second)
        #expect(try journal.shares() == firstShares + secondShares)
    }

    /// A group that goes straight into the database and is refused has a number that the next one gets: SQLite's log
    /// may have the whole of it, until something else was stored durably. That happens before the next group is.
    @Test func aLargeGroupThatIsRefusedCannotComeBack() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let journal = try ShareJournal(store, tail: .init(pages: 2, milliseconds: 3_600_000))
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        try refuse(store)
        let large = try group(1, count: 2_000).0
        let refusal = StorageError.alreadyStored("refused")
        for _ in 0..<2 { #expect(throws: refusal) { try journal.append(large) } }
        #expect(try counter("failures", store) == 1)
        #expect(throws: refusal) { try journal.append(large) }
        try refuseNoMore(store)
        let (small, shares) = try group(2)
        try journal.append(small)
        #expect(try counter("failures", store) == 3)
        #expect(try counter("groups", store) == 1, "it is in the tail")
        #expect(try image(scratch).journal().shares() == shares)
        #expect(try journal.shares() == shares)
    }

    /// What nobody waits for comes into the database by itself.
    @Test func theDatabaseGetsWhatThereIsByItself() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let journal = try ShareJournal(store, tail: .init(pages: 64, milliseconds: 1))
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        for nonce in 0..<3 {
            try journal.append(try group(UInt32(nonce)).0)
            // Far longer than it takes, so that a journal that never does it fails here and does not hang.
            for _ in 0..<60_000 where try counter("groups", store) < nonce + 2 { usleep(1_000) }
            #expect(try counter("groups", store) == nonce + 2)
        }
        #expect(try journal.shares().count == 9)
    }

    @Test func smallBatchesOfManyGroupsBecomeOneRow() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let journal = try ShareJournal(store, tail: .init(pages: 256, milliseconds: 3_600_000))
        try journal.append(JournalGroup(miners: [try Entries.miner(0)], jobs: [try Entries.job(1)]))
        var written: [JournalShare] = []
        // 20 small ones, a large one that stays as it is, and small ones of more than 4,096 shares.
        for (nonce, count) in (Array(repeating: UInt32(3), count: 20) + [256] + Array(repeating: 250, count: 20))
            .enumerated()
        {
            let (group, shares) = try group(UInt32(nonce), count: count)
            try journal.append(group)
            written += shares
        }
        #expect(try journal.shares() == written)
        var found: [Int] = []
        try journal.replay { found.append($1.shares.count) }
        #expect(found == [60, 256, 17 * 250, 3 * 250])
    }
}
