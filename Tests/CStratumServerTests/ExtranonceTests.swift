import CStratumInside
import Testing

/// The allocator of extranonce1 (row H36): nothing lives twice, nothing comes again too early, and an exhausted space
/// refuses.
@Suite("CStratum server: extranonce1")
struct ExtranonceTests {
    private let hour: UInt64 = 3_600_000

    /// Gives one and lets it go at once, so that its seat is free when its life is over.
    private func giveAndLeave(_ seats: OpaquePointer, _ now: UInt64) -> UInt32? {
        var extranonce1: UInt32 = 0
        guard rp_inside_seats_give(seats, now, &extranonce1) else { return nil }
        rp_inside_seats_leave(seats, extranonce1, now)
        return extranonce1
    }

    @Test func valuesCountUpUnderTheirPrefixAndWrapAround() throws {
        let seats = try #require(rp_inside_seats_create(0x43, 0xffffffe))
        defer { rp_inside_seats_destroy(seats) }
        let given = (0..<4).map { _ in giveAndLeave(seats, 5) }
        #expect(given == [0x43ff_fffe, 0x43ff_ffff, 0x4300_0000, 0x4300_0001])
    }

    @Test func oneThatLivesIsPassedOver() throws {
        let seats = try #require(rp_inside_seats_create(0, 0))
        defer { rp_inside_seats_destroy(seats) }
        var kept: UInt32 = 0
        #expect(rp_inside_seats_give(seats, 1, &kept))
        var now: UInt64 = 1
        var given: UInt32? = kept
        // Once around, slowly enough for every stretch to be free again; only the first session stays.
        for _ in 0..<(1 << 24) - 1 {
            given = giveAndLeave(seats, now)
            if given.map({ $0 & 0xffff == 0xffff }) == true {
                now += hour
                rp_inside_seats_expire(seats, now)
            }
        }
        #expect(given == 0xff_ffff)
        #expect(giveAndLeave(seats, now) == 1)
        #expect(rp_inside_seats_has(seats, kept))
    }

    @Test func anExhaustedSpaceRefusesUntilTheReuseTimeIsOver() throws {
        let seats = try #require(rp_inside_seats_create(0, 0))
        defer { rp_inside_seats_destroy(seats) }
        var count = 0
        while giveAndLeave(seats, 1) != nil { count += 1 }
        #expect(count == 1 << 24)
        rp_inside_seats_expire(seats, 1 + rp_inside_seat_life())
        #expect(!rp_inside_seats_has(seats, 0))
        #expect(giveAndLeave(seats, rp_inside_reuse_time()) == nil)
        #expect(giveAndLeave(seats, 1 + rp_inside_reuse_time()) == 0)
    }

    @Test func aSeatWaitsForItsMinerForItsLife() throws {
        let seats = try #require(rp_inside_seats_create(0, 7))
        defer { rp_inside_seats_destroy(seats) }
        #expect(giveAndLeave(seats, 10) == 7)
        rp_inside_seats_expire(seats, 9 + rp_inside_seat_life())
        #expect(rp_inside_seats_has(seats, 7))
        rp_inside_seats_expire(seats, 10 + rp_inside_seat_life())
        #expect(!rp_inside_seats_has(seats, 7))
    }
}
