import Foundation
import GRDB
import Storage
import Testing

@Suite struct JobSequenceTests {
    @Test func countsWithoutEverRepeating() throws {
        let scratch = try Scratch()
        var last: UInt64?
        for round in 0..<4 {
            let sequence = JobSequence(try scratch.store())
            for _ in 0..<(round == 2 ? 3_000 : 5) {
                let number = try sequence.next()
                #expect(last.map { number > $0 } ?? (number == 0))
                last = number
            }
        }
        #expect(last == 5 * JobSequence.blockSize + 4)
    }

    @Test func aNumberIsReservedBeforeItIsUsed() throws {
        let store = try Scratch().store()
        let sequence = JobSequence(store)
        let number = try sequence.next()
        let reserved = try store.queue.read { try Int64.fetchOne($0, sql: "SELECT value FROM counters") }
        #expect(try #require(reserved) > Int64(number))
    }

    @Test func aRefusedReservationIsTriedAgain() throws {
        let store = try Scratch().store()
        let sequence = JobSequence(store)
        try store.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
        #expect(throws: StorageError.self) { try sequence.next() }
        try store.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 0") }
        #expect(try sequence.next() == 0)
    }

    @Test func aCounterAtItsEndIsNamed() throws {
        let store = try Scratch().store()
        try store.queue.write {
            try $0.execute(sql: "INSERT INTO counters (name, value) VALUES ('job_sequence', \(Int64.max))")
        }
        let error = StorageError.corrupt(Corruption(.counter("job_sequence"), .columns))
        #expect(throws: error) { try JobSequence(store).next() }
    }
}
