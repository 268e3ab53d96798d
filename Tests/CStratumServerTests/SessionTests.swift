import CStratum
import StratumConversations
import StratumServerHost
import Testing

/// Sessions beyond the rows: several loops, vardiff in silence, pings, messages, endings.
@Suite("CStratum server: sessions")
struct SessionTests {
    private func endings(_ pool: ServerPool, _ ending: rp_stratum_ending) -> UInt64 {
        withUnsafeBytes(of: pool.metrics.endings) { $0.bindMemory(to: UInt64.self)[Int(ending.rawValue)] }
    }

    @Test func silenceLowersTheLevelStepByStep() throws {
        let pool = try ServerPool(
            .with {
                $0.levels = 33...60
                $0.shareInterval = 100
            })
        defer { pool.end() }
        let miner = try Miner(pool, password: "d=\(Lines.difficultyText(60))", level: 60)
        var seen = [miner.job]
        while let last = seen.last, last.level > 33 {
            let line = try miner.connection.line() ?? ""
            let next = try Job(line: try miner.connection.line() ?? "")
            #expect(line == Lines.difficulty(next.level))
            #expect(next.level < last.level && !next.clean && next.id != last.id)
            seen.append(next)
        }
        #expect(Set(seen.map(\.coinbase1)).count == seen.count)
        try miner.accepted(try miner.find(in: seen.last))
    }

    @Test func aMinimumThatWasAskedForHolds() throws {
        let pool = try ServerPool(.with { $0.shareInterval = 20 })
        defer { pool.end() }
        let connection = try Connection(port: pool.port)
        let params = #"[["minimum-difficulty"],{"minimum-difficulty.value":\#(Lines.difficultyText(38))}]"#
        try connection.ask(
            Lines.request("1", "mining.configure", params),
            #"{"id":1,"result":{"minimum-difficulty":true},"error":null}"#)
        try connection.send(
            Lines.request("2", "mining.subscribe"),
            Lines.authorize("3", Accounts.first, password: "d=\(Lines.difficultyText(40))"))
        _ = try Miner.subscribed(connection, id: "2")
        try connection.expect(Lines.yes("3"))
        var level = try Miner.firstJob(connection).level
        #expect(level == 40)
        while level > 38 {
            _ = try connection.line()
            level = try Job(line: try connection.line() ?? "").level
        }
        #expect(level == 38)
        try connection.ask(Lines.authorize("4", Accounts.first + ".v", password: "d=1e-30"), Lines.yes("4"))
        try connection.ask(Lines.ping(5), Lines.pong(5))
    }

    @Test func aRefusedLoginChangesNothing() throws {
        let pool = try ServerPool(PoolRules())
        defer { pool.end() }
        let miner = try Miner(pool)
        let password = "d=\(Lines.difficultyText(36))"
        try miner.connection.ask(
            Lines.authorize("5", Accounts.second + ".w", password: password),
            Lines.refusal("5", 24, "unauthorized worker"))
        try pool.refresh()
        try miner.expectJob(clean: false)
    }

    @Test func silentMinersArePingedAndThenClosed() throws {
        let pool = try ServerPool(.with { $0.idleTimeout = 8_000 })
        defer { pool.end() }
        let miner = try Miner(pool)
        try miner.connection.expect(#"{"id":1,"method":"mining.ping","params":[]}"#)
        try miner.connection.expectEnd()
        #expect(endings(pool, RP_STRATUM_ENDING_IDLE) == 1)
    }

    @Test func messagesGoToEverybody() throws {
        let pool = try ServerPool(.with { $0.loops = 3 })
        defer { pool.end() }
        let miners = try (0..<6).map { _ in try Miner(pool) }
        pool.show("maintenance at \"six\"\n")
        for miner in miners {
            try miner.connection.expect(
                #"{"id":null,"method":"client.show_message","params":["maintenance at \"six\"?"]}"#)
        }
    }

    @Test func whoNamesNoSoftwareIsAskedForIt() throws {
        let pool = try ServerPool(.with { $0.asksVersion = true })
        defer { pool.end() }
        let connection = try Connection(port: pool.port)
        try connection.send(Lines.request("1", "mining.subscribe"), Lines.authorize("2", Accounts.third))
        _ = try Miner.subscribed(connection, id: "1")
        try connection.expect(Lines.yes("2"))
        _ = try Miner.firstJob(connection)
        try connection.expect(#"{"id":1,"method":"client.get_version","params":[]}"#)
        #expect(pool.agent(of: Accounts.third) == "")
        try connection.send(#"{"id":1,"result":"cgminer/4.12\u0007","error":null}"#)
        try connection.ask(Lines.authorize("3", Accounts.third + ".v"), Lines.yes("3"))
        #expect(pool.agent(of: Accounts.third) == "cgminer/4.12?")
    }

    @Test func everyLoopGivesItsOwnExtranoncesAndResumesThem() throws {
        let pool = try ServerPool(.with { $0.loops = 4 })
        defer { pool.end() }
        let miners = try (0..<32).map { _ in try Miner(pool) }
        #expect(Set(miners.map(\.extranonce1)).count == 32)
        #expect(miners.allSatisfy { ("00"..."03").contains($0.extranonce1.prefix(2)) })
        for miner in miners.prefix(8) {
            let share = try miner.find()
            try miner.accepted(share)
            // The kernel chooses the loop: on the home loop the session comes back, elsewhere it is a new one.
            let again = try Miner(pool, token: miner.token)
            if again.token == miner.token {
                try again.refused(share, 22, "duplicate share")
                try miner.connection.expectEnd()
            } else {
                #expect(again.extranonce1 != miner.extranonce1)
                try miner.refused(share, 22, "duplicate share")
            }
            try again.accepted(try again.find())
        }
    }

    @Test func aNewTipReachesEverybodyOnce() throws {
        let pool = try ServerPool(.with { $0.loops = 2 })
        defer { pool.end() }
        let miners = try (0..<100).map { _ in try Miner(pool) }
        try pool.newTip()
        for miner in miners { try miner.expectJob(clean: true) }
        try pool.refresh()
        for miner in miners { try miner.expectJob(clean: false) }
        for miner in miners { try miner.connection.ask(Lines.ping(1), Lines.pong(1)) }
    }

    @Test func theAddressOfAPROXYHeaderIsTheMiners() throws {
        let pool = try ServerPool(PoolRules())
        defer { pool.end() }
        let connection = try Connection(port: pool.port, source: pool.proxySource)
        try connection.send(bytes: Array("PROXY TCP6 2001:db8::17 2001:db8::2 1000 3333\r\n".utf8))
        try connection.ask(Lines.authorize("1", Accounts.second), Lines.yes("1"))
        #expect(pool.address(of: Accounts.second) == "2001:db8::17")
        let direct = try Connection(port: pool.port, source: "127.0.0.7")
        try direct.ask(Lines.authorize("1", Accounts.first), Lines.yes("1"))
        #expect(pool.address(of: Accounts.first) == "127.0.0.7")
    }

    @Test func aSilentReaderIsCountedAsOne() throws {
        let pool = try ServerPool(PoolRules())
        defer { pool.end() }
        let silent = try Connection(port: pool.port, receiveBuffer: 4_096)
        let block = Array(String(repeating: Lines.ping(1) + "\n", count: 1_000).utf8)
        while try silent.send(bytes: block) {}
        #expect(endings(pool, RP_STRATUM_ENDING_SLOW_READER) == 1)
        #expect(pool.metrics.connections == 0)
    }
}
