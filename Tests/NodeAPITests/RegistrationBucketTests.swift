import Testing

@testable import NodeAPI

@Suite struct RegistrationBucketTests {
    @Test func aMinutesWorthAtOnceAndThenTheRate() {
        var bucket = RegistrationBucket(perMinute: 6, now: 1000)
        #expect((0..<7).map { _ in bucket.take(now: 1000) } == [true, true, true, true, true, true, false])
        #expect(!bucket.take(now: 10_999))
        #expect(bucket.take(now: 11_000))
        #expect(!bucket.take(now: 11_000))
        #expect(!bucket.take(now: 500))
        #expect((0..<7).map { _ in bucket.take(now: .max) } == [true, true, true, true, true, true, false])
    }
}
