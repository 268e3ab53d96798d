import Bitcoin
import CLoad
import Shares
import TestSupport
import Testing

/// The load generator against the fake pool: its shares are valid, and it sees every kind of wrong reply.
@Suite struct LoadMinersTests {
    private static func users(_ count: Int) -> String {
        (0..<count).map { SHA256.hash([UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]).internalHex }.joined()
    }

    /// Runs `body` with connected miners on a thread of its own, because the generator blocks.
    private func withMiners<Result: Sendable>(
        _ pool: FakePool, count: Int, _ body: @escaping @Sendable (OpaquePointer) throws -> Result
    ) async throws -> Result {
        let port = pool.port
        return try await Task.detached {
            var miners: OpaquePointer?
            let created = Self.users(count).withCString { users in
                var params = rp_miners_params(port: port, count: UInt32(count), users: users)
                return rp_miners_create(&miners, &params)
            }
            #expect(created == RP_LOAD_OK)
            let set = try #require(miners)
            defer { rp_miners_destroy(set) }
            var handshake = rp_handshake_result()
            #expect(
                rp_miners_connect(set, 50, &handshake) == RP_LOAD_OK, "\(String(cString: rp_miners_complaint(set)))")
            #expect(handshake.branch_count == 12)
            #expect(handshake.level == 33)
            #expect(handshake.coinbase_length == 203)
            return try body(set)
        }.value
    }

    private static func run(
        _ miners: OpaquePointer, window: UInt32 = 0, rate: UInt64 = 0, milliseconds: UInt64, settle: UInt64 = 30_000,
        fresh: Bool = false
    ) -> rp_mining_result {
        var params = rp_mining_params(
            window: window, rate: rate, milliseconds: milliseconds, settle: settle, fresh: fresh)
        var result = rp_mining_result()
        #expect(rp_miners_run(miners, &params, &result) == RP_LOAD_OK)
        return result
    }

    private func expectClean(_ result: rp_mining_result) {
        #expect(result.refused == 0)
        #expect(result.lost == 0)
        #expect(result.doubled == 0)
        #expect(result.mismatched == 0)
        #expect(result.accepted > 0)
        #expect(result.p50 > 0 && result.p50 <= result.p99 && result.p99 <= result.max)
    }

    @Test func closedLoop() async throws {
        let pool = try await FakePool()
        let result = try await withMiners(pool, count: 20) { miners in
            #expect(rp_miners_prepare(miners, 40) == RP_LOAD_OK)
            return Self.run(miners, window: 4, milliseconds: 60_000)
        }
        expectClean(result)
        // It ends when the first miner has no share left, which is before any of them could send more.
        #expect(result.accepted_in_all <= 20 * 40)
        #expect(result.accepted_in_all > 40)
        #expect(pool.verdicts.count == Int(result.accepted_in_all))
        #expect(pool.verdicts.allSatisfy { $0 == .accepted })
        try await pool.stop()
    }

    /// Open loop with shares made when they are due, across a new block.
    @Test func openLoopFollowsBlocks() async throws {
        let pool = try await FakePool()
        let results = try await withMiners(pool, count: 10) { miners in
            let before = Self.run(miners, rate: 400, milliseconds: 400, fresh: true)
            try pool.newBlock()
            #expect(rp_miners_idle(miners, 300) == RP_LOAD_OK)
            return [before, Self.run(miners, rate: 400, milliseconds: 400, fresh: true)]
        }
        results.forEach(expectClean)
        #expect(pool.verdicts.allSatisfy { $0 == .accepted })
        try await pool.stop()
    }

    @Test func everybodyLearnsOfABlock() async throws {
        let pool = try await FakePool()
        let block = try await withMiners(pool, count: 30) { miners in
            var result = rp_block_result()
            #expect(rp_miners_await_block(miners, 200, &result) == RP_LOAD_OK)
            #expect(result.told == 0)
            try pool.newBlock()
            #expect(rp_miners_await_block(miners, 30_000, &result) == RP_LOAD_OK)
            return result
        }
        #expect(block.told == 30)
        #expect(block.mismatched == 0)
        #expect(block.first > 0 && block.first <= block.median && block.median <= block.last)
        try await pool.stop()
    }

    @Test func doubledReplies() async throws {
        let counts = try await faults(.doubled(every: 10))
        // The second of two equal replies is taken for the next share's, or comes to nothing.
        #expect(counts.doubled + counts.mismatched > 0)
    }

    @Test func lostReplies() async throws {
        let pool = try await FakePool(fault: .lost(every: 10))
        let result = try await withMiners(pool, count: 3) { miners in
            #expect(rp_miners_prepare(miners, 40) == RP_LOAD_OK)
            return Self.run(miners, window: 1, milliseconds: 2_000, settle: 2_000)
        }
        // Each miner stops at its first lost reply; how many come to that, the machine decides.
        #expect((1...3).contains(result.lost))
        #expect(result.accepted_in_all == UInt64(pool.verdicts.count) - result.lost)
        try await pool.stop()
    }

    @Test func mistakenIDs() async throws {
        let counts = try await faults(.mistaken(every: 10))
        #expect(counts.mismatched == 4)
        #expect(counts.doubled == 0 && counts.refused == 0)
    }

    @Test func refusedShares() async throws {
        let counts = try await faults(.refused(every: 10))
        #expect(counts.refused == 4)
        #expect(counts.mismatched == 0 && counts.lost == 0)
    }

    /// One miner, 40 shares, one at a time: every tenth reply is wrong.
    private func faults(_ fault: FakePool.Fault) async throws -> rp_mining_result {
        let pool = try await FakePool(fault: fault)
        let result = try await withMiners(pool, count: 1) { miners in
            #expect(rp_miners_prepare(miners, 40) == RP_LOAD_OK)
            let result = Self.run(miners, window: 1, milliseconds: 60_000)
            #expect(rp_miners_complaint(miners)?.pointee != 0)
            return result
        }
        try await pool.stop()
        return result
    }
}
