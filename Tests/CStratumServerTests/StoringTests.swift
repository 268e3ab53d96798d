import CShares
import CStratum
import StratumConversations
import StratumServerHost
import Testing

/// What waits for the disk, and what a disk that refuses means.
@Suite("CStratum server: storing")
struct StoringTests {
    private static let unavailable = "pool cannot store shares now"

    private func fixedLevel() -> PoolRules {
        .with {
            $0.levels = 33...33
            $0.highLevel = 33
        }
    }

    @Test func repliesKeepTheOrderOfRequestsWhileTheDiskIsSlow() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        let other = try Miner(pool, name: Accounts.second + ".w")
        let shares = try (0..<3).map { _ in try miner.find() }
        pool.hold()
        try miner.connection.send(
            shares[0].line("1", worker: miner.name), Lines.ping(2), shares[0].line("3", worker: miner.name),
            try miner.find(.low).line("4", worker: miner.name), shares[1].line("5", worker: miner.name),
            Lines.request("6", "mining.configure", #"[["version-rolling"],{}]"#), "{bad", "[]",
            Lines.authorize("7", Accounts.unknown), shares[2].line("8", worker: miner.name), Lines.ping(9))
        try pool.waitForGroups(1)
        // Others are served meanwhile, and nothing of this connection is answered: not even what needs no disk.
        try other.connection.ask(Lines.ping(1), Lines.pong(1))
        #expect(try !miner.connection.hasBytes())
        pool.release()
        try miner.connection.expect(
            Lines.yes("1"), Lines.pong(2), Lines.refusal("3", 22, "duplicate share"),
            Lines.refusal("4", 23, "low difficulty share"), Lines.yes("5"),
            #"{"id":6,"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"},"error":null}"#,
            Lines.mask("1fffe000"), Lines.parseError, Lines.refusal("null", -32600, "invalid request"),
            Lines.refusal("7", 24, Accounts.unknownText), Lines.yes("8"), Lines.pong(9))
        #expect(pool.storedExtranonces == shares.map(\.extranonce2))
    }

    @Test func aRefusedGroupIsRefusedToAllAndMayComeAgain() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        let shares = try (0..<5).map { _ in try miner.find() }
        pool.fail(true)
        try miner.connection.send(lines: shares.map { $0.line("1", worker: miner.name) })
        for _ in shares { try miner.connection.expect(Lines.refusal("1", 20, Self.unavailable)) }
        #expect(pool.storedExtranonces.isEmpty)
        pool.fail(false)
        for share in shares { try miner.accepted(share) }
        for share in shares { try miner.refused(share, 22, "duplicate share") }
        #expect(pool.storedExtranonces == shares.map(\.extranonce2))
    }

    @Test("the filter grows twice while shares come: those before, during and after it are known, refused ones are not")
    func duplicatesAreKnownWhileTheFilterGrows() throws {
        let pool = try ServerPool(
            .with {
                $0.levels = 33...33
                $0.highLevel = 33
                $0.refusalBurst = 1_000_000
            })
        defer { pool.end() }
        let miner = try Miner(pool)
        var shares: [Share] = []
        // From 1,024 hashes to 2,048, and to 4,096.
        while shares.count < 2_500 {
            let group = try (0..<25).map { _ in try miner.find() }
            if shares.count % 100 == 75 {
                pool.fail(true)
                try miner.connection.send(lines: group.map { $0.line("1", worker: miner.name) })
                for _ in group { try miner.connection.expect(Lines.refusal("1", 20, Self.unavailable)) }
                pool.fail(false)
            }
            for share in group { try miner.accepted(share) }
            shares += group
            for place in stride(from: shares.count % 7, to: shares.count, by: 97) {
                try miner.refused(shares[place], 22, "duplicate share")
            }
        }
        #expect(pool.storedExtranonces == shares.map(\.extranonce2))
        for share in shares { try miner.refused(share, 22, "duplicate share") }
    }

    @Test func aDiskThatRefusesCostsTheMinerNothing() throws {
        let pool = try ServerPool(
            .with {
                $0.levels = 33...33
                $0.highLevel = 33
                $0.refusalBurst = 2
                $0.refusalsPerMinute = 0
            })
        defer { pool.end() }
        let miner = try Miner(pool)
        pool.fail(true)
        for _ in 0..<20 { try miner.refused(try miner.find(), 20, Self.unavailable) }
        pool.fail(false)
        try miner.accepted(try miner.find())
    }

    @Test func aPoolThatTakesNoSharesStillTestsThemAsBlocks() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        pool.accept(false)
        let block = try miner.find(.block)
        try miner.refused(block, 20, Self.unavailable)
        try pool.waitForBlock(block.hash)
        pool.accept(true)
        try miner.accepted(block)
        try miner.refused(block, 22, "duplicate share")
    }

    @Test func manySharesInFlightAreAllAnsweredInOrder() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        // More than one connection may have waiting: the rest is read when there is room.
        let count = Int(RP_STRATUM_MAX_PENDING) + 500
        let shares = try (0..<count).map { _ in try miner.find() }
        pool.hold()
        try miner.connection.send(lines: shares.enumerated().map { $1.line("\($0)", worker: miner.name) })
        try pool.waitForGroups(1)
        pool.release()
        for id in 0..<count { try miner.connection.expect(Lines.yes("\(id)")) }
        #expect(pool.storedExtranonces == shares.map(\.extranonce2))
        #expect(pool.groupSizes.allSatisfy { $0 <= Int(RP_STRATUM_MAX_PENDING) })
        #expect(pool.metrics.waiting_shares == 0)
    }

    @Test func sharesOfAConnectionThatWentAreStoredAllTheSame() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        let share = try miner.find()
        pool.hold()
        try miner.connection.send(share.line("1", worker: miner.name))
        try pool.waitForGroups(1)
        miner.connection.endSending()
        try miner.connection.expectEnd()
        pool.release()
        let again = try Miner(pool, token: miner.token)
        try again.refused(share, 22, "duplicate share")
        #expect(pool.storedExtranonces == [share.extranonce2])
    }

    @Test func aStopAnswersWhatWaitsForTheDisk() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        let idle = try Miner(pool)
        let shares = try (0..<8).map { _ in try miner.find() }
        pool.hold()
        try miner.connection.send(lines: shares.map { $0.line("1", worker: miner.name) })
        try pool.waitForGroups(1)
        try pool.stop()
        #expect(try !idle.connection.hasBytes())
        pool.release()
        for _ in shares { try miner.connection.expect(Lines.yes("1")) }
        try miner.connection.expect(Lines.reconnect)
        try miner.connection.expectEnd()
        try idle.connection.expect(Lines.reconnect)
        try idle.connection.expectEnd()
        #expect(throws: Mismatch.self) { try Connection(port: pool.port) }
    }

    @Test func nothingThatWasTrueIsTrueAgainAfterARestart() throws {
        let pool = try ServerPool(fixedLevel())
        defer { pool.end() }
        let miner = try Miner(pool)
        var shares = try (0..<40).map { _ in try miner.find() }
        let before = miner.job
        for share in shares { try miner.accepted(share) }
        try pool.newTip()
        try miner.awaitTip()
        shares += try (0..<40).map { _ in try miner.find() }
        for share in shares.suffix(40) { try miner.accepted(share) }
        let late = try miner.find(in: before)
        try pool.restart()
        let again = try Miner(pool, token: miner.token)
        #expect(again.extranonce1 == miner.extranonce1)
        for share in shares { try again.refused(share, 22, "duplicate share") }
        // The tip before was stale long before the pool came back, as far as it can know.
        try again.accepted(try again.find(in: miner.job))
        try again.accepted(late)
        #expect(pool.storedExtranonces.count == 82)
    }
}
