import Testing

@testable import NodeAPI

@Suite struct RegistrationBucketTests {
    @Test func aMinutesWorthAtOnceAndThenTheRate() {
        var bucket = RegistrationBucket(perMinute: 6, now: 1000)
        func take(_ count: Int, at now: UInt64) -> [Bool] {
            (0..<count).map { _ in bucket.take(now: now) }
        }
        let six = [Bool](repeating: true, count: 6)
        #expect(take(7, at: 1000) == six + [false])
        #expect(take(1, at: 10_999) == [false])
        #expect(take(2, at: 11_000) == [true, false])
        #expect(take(1, at: 500) == [false])
        #expect(take(7, at: .max) == six + [false])
    }
}
