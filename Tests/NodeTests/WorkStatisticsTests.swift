import Shares
import Testing

@testable import Node

@Suite struct WorkStatisticsTests {
    @Test func ratesAreThoseOfTheirWindows() {
        var work = WorkStatistics(maximumWorkers: 10)
        let number = work.number(account: 3, accountName: "a", name: "rig", agent: "x")
        // One share of level 64, that is 2^32 hashes, in each second of two hours.
        for second in 0..<7_200 as Range<UInt64> {
            work.advance(to: second)
            work.store(level: 64, worker: number)
            if second == 1_500 {
                #expect(work.totals.hashrate.oneMinute == 1 << 32)
                #expect(work.totals.hashrate.oneHour == 1 << 32)
            }
        }
        work.advance(to: 7_200)
        let rate = work.snapshots[0].totals.hashrate
        #expect(rate.oneMinute == 1 << 32)
        #expect(rate.tenMinutes == 1 << 32)
        #expect(rate.oneHour == 1 << 32)
        #expect(work.totals.hashrate == rate)
        #expect(work.totals.work == 7_200 << 31)

        // Two minutes of silence: nothing in the first window, some eight tenths in the second.
        work.advance(to: 7_320)
        let later = work.totals.hashrate
        #expect(later.oneMinute == 0)
        #expect(later.tenMinutes > 3 << 30 && later.tenMinutes < 1 << 32)
        #expect(work.snapshots[0].lastShareAge == 121)

        // An hour of silence, all at once.
        work.advance(to: 100_000)
        #expect(work.totals.hashrate == Hashrate())
        #expect(work.totals.acceptedShares == 7_200)
        work.store(level: 127, worker: number)
        work.advance(to: 100_005)
        #expect(work.totals.hashrate.oneMinute == UInt128(1) << 95 / 60)
    }

    @Test func sharesAndRefusalsGoToTheirWorkers() {
        var work = WorkStatistics(maximumWorkers: 2)
        let numbers = ["a", "b", "c", "d"].map {
            work.number(account: 1, accountName: "x", name: $0, agent: "")
        }
        #expect(numbers == [1, 2, WorkStatistics.others, WorkStatistics.others])
        #expect(work.number(account: 1, accountName: "x", name: "b", agent: "") == 2)
        for (index, number) in numbers.enumerated() {
            for _ in 0...index { work.store(level: 33, worker: number) }
            work.refuse(.stale, worker: number)
        }
        work.store(level: 32, worker: 1)
        work.store(level: 33, worker: 77)
        let snapshots = work.snapshots
        #expect(snapshots.map(\.name) == ["a", "b", nil])
        #expect(snapshots.map(\.totals.acceptedShares) == [1, 2, 8])
        #expect(snapshots.map { $0.totals.refusals[Int(ShareVerdict.stale.rawValue)] } == [1, 1, 2])
        #expect(work.totals.acceptedShares == 11)
    }

    @Test func aPlaceIsGivenAgainAfterAnHourOfSilence() {
        var work = WorkStatistics(maximumWorkers: 2)
        let first = work.number(account: 1, accountName: "x", name: "a", agent: "")
        let second = work.number(account: 1, accountName: "x", name: "b", agent: "")
        work.advance(to: 3_000)
        work.store(level: 33, worker: second)
        work.advance(to: 3_601)
        let third = work.number(account: 2, accountName: "y", name: "c", agent: "")
        #expect(third & 0xffff == first & 0xffff)
        #expect(third != first)
        // What still comes under the number of the worker that went is nobody's.
        work.store(level: 33, worker: first)
        work.store(level: 33, worker: third)
        #expect(work.snapshots.map(\.name) == ["c", "b", nil])
        #expect(work.snapshots.map(\.totals.acceptedShares) == [1, 1, 1])
        #expect(work.number(account: 1, accountName: "x", name: "a", agent: "") == WorkStatistics.others)
    }
}
