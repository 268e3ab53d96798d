import CStratumInside
import StratumConversations

/// Row H36 at the allocator of extranonce1 itself: nothing lives twice, nothing comes again too early, and an
/// exhausted space refuses. Over a socket that would take sixteen million sessions.
public enum ExtranonceSpace {
    /// All of it; throws a `Mismatch`.
    public static func check() throws {
        try valuesCountUpUnderTheirPrefixAndWrapAround()
        try oneThatLivesIsPassedOver()
        try anExhaustedSpaceRefusesUntilTheReuseTimeIsOver()
        try aSeatWaitsForItsMinerForItsLife()
    }

    private static func with(prefix: UInt32, start: UInt32, _ body: (OpaquePointer) throws -> Void) throws {
        guard let seats = rp_inside_seats_create(prefix, start) else { throw Mismatch("no memory") }
        defer { rp_inside_seats_destroy(seats) }
        try body(seats)
    }

    /// Gives one and lets it go at once.
    private static func give(_ seats: OpaquePointer, _ now: UInt64) -> UInt32? {
        var extranonce1: UInt32 = 0
        guard rp_inside_seats_give(seats, now, &extranonce1) else { return nil }
        rp_inside_seats_leave(seats, extranonce1, now)
        return extranonce1
    }

    private static func expect(_ isSo: Bool, _ claim: String) throws {
        guard isSo else { throw Mismatch("not so: \(claim)") }
    }

    private static func valuesCountUpUnderTheirPrefixAndWrapAround() throws {
        try with(prefix: 0x43, start: 0xfff_fffe) { seats in
            let given = (0..<4).map { _ in give(seats, 5) }
            try expect(given == [0x43ff_fffe, 0x43ff_ffff, 0x4300_0000, 0x4300_0001], "values count up: \(given)")
        }
    }

    private static func oneThatLivesIsPassedOver() throws {
        try with(prefix: 0, start: 5) { seats in
            // Sessions of the time before a restart came back.
            rp_inside_seats_take(seats, 6)
            rp_inside_seats_take(seats, 7)
            let given = (0..<3).map { _ in give(seats, 1) }
            try expect(given == [5, 8, 9], "values that live are passed over: \(given)")
        }
    }

    private static func anExhaustedSpaceRefusesUntilTheReuseTimeIsOver() throws {
        try with(prefix: 0, start: 0) { seats in
            for value: UInt32 in 0..<0x1_0000 { try expect(give(seats, 1) == value, "value \(value) is next") }
            for stretch: UInt32 in 1..<0x100 {
                rp_inside_seats_skip(seats)
                try expect(give(seats, UInt64(stretch)) == stretch << 16 | 0xffff, "the stretch \(stretch) ends")
            }
            rp_inside_seats_expire(seats, 1_000 + rp_inside_seat_life())
            try expect(!rp_inside_seats_has(seats, 0), "seats go")
            try expect(give(seats, rp_inside_reuse_time()) == nil, "an exhausted space refuses")
            try expect(give(seats, 1 + rp_inside_reuse_time()) == 0, "the first stretch is free again in time")
            rp_inside_seats_skip(seats)
            _ = give(seats, 1 + rp_inside_reuse_time())
            // The second one was left exactly as long ago, the third one not yet.
            try expect(give(seats, 1 + rp_inside_reuse_time()) == 0x1_0000, "the second stretch is free again")
            rp_inside_seats_skip(seats)
            _ = give(seats, 1 + rp_inside_reuse_time())
            try expect(give(seats, 1 + rp_inside_reuse_time()) == nil, "the third stretch is not free yet")
        }
    }

    private static func aSeatWaitsForItsMinerForItsLife() throws {
        try with(prefix: 0, start: 7) { seats in
            try expect(give(seats, 10) == 7, "the first value")
            rp_inside_seats_expire(seats, 9 + rp_inside_seat_life())
            try expect(rp_inside_seats_has(seats, 7), "a seat waits")
            rp_inside_seats_expire(seats, 10 + rp_inside_seat_life())
            try expect(!rp_inside_seats_has(seats, 7), "a seat goes in the end")
        }
    }
}
