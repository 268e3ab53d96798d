import TestSupport
import Testing

@testable import Storage

@Suite struct PageRingTests {
    private struct Record {
        let pages: Range<Int>
        let taken: Int
    }

    /// Records of random sizes: each lies in one piece, none over another that is needed, and room comes back.
    @Test func recordsNeverLieOverOthers() {
        for seed in 0..<UInt64(Scale.count(200, full: 5_000)) {
            var generator = SeededGenerator(seed: seed)
            let capacity = Int.random(in: 2...24, using: &generator)
            var ring = PageRing(capacity: capacity)
            var records: [Record] = []
            var stored = 0
            for _ in 0..<200 {
                let pages = Int.random(in: 1...max(1, capacity / 2), using: &generator)
                guard let start = ring.place(pages) else {
                    #expect(!records.isEmpty, "seed \(seed): an empty ring takes half of itself")
                    let count = Int.random(in: 1...max(1, records.count), using: &generator)
                    ring.giveBack(records.prefix(count).reduce(0) { $0 + $1.taken })
                    records.removeFirst(min(count, records.count))
                    continue
                }
                let range = start..<start + pages
                #expect(range.lowerBound >= 0 && range.upperBound <= capacity, "seed \(seed)")
                #expect(!records.contains { $0.pages.overlaps(range) }, "seed \(seed)")
                // Now and then the write fails, and the place is asked for anew.
                guard Int.random(in: 0..<5, using: &generator) > 0 else { continue }
                records.append(Record(pages: range, taken: ring.take(pages)))
                stored += 1
            }
            #expect(stored > 10, "seed \(seed)")
        }
    }

    @Test func aRecordThatDoesNotFitAtTheEndGoesToTheBeginning() {
        var ring = PageRing(capacity: 10)
        #expect(ring.place(4) == 0)
        let first = ring.take(4)
        #expect(ring.place(3) == 4)
        let second = ring.take(3)
        #expect(first == 4 && second == 3)
        // Three pages are left at the end, and the beginning is taken.
        #expect(ring.place(4) == nil)
        #expect(ring.place(3) == 7)
        ring.giveBack(first)
        #expect(ring.place(4) == 0)
        #expect(ring.take(4) == 7)
        #expect(ring.place(1) == nil)
        ring.giveBack(second)
        #expect(ring.place(3) == 4)
        #expect(ring.place(4) == nil)
    }

    @Test func anEmptyRingTakesWhatFitsIntoTheFile() {
        var ring = PageRing(capacity: 10)
        #expect(ring.place(7) == 0)
        ring.giveBack(ring.take(7))
        #expect(ring.place(10) == 0)
        ring.giveBack(ring.take(10))
        // Also where a place at the beginning was asked for, and nothing was written there.
        #expect(ring.place(6) == 0)
        let six = ring.take(6)
        #expect(ring.place(5) == nil)
        ring.giveBack(six)
        #expect(ring.place(9) == 0)
    }

    @Test func whatIsLargerThanTheFileNeverFits() {
        var ring = PageRing(capacity: 4)
        #expect(ring.place(5) == nil)
        #expect(ring.place(4) == 0)
    }
}
