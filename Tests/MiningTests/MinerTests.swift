import Bitcoin
import BitcoinNode
import Mining
import Shares
import Synchronization
import TestSupport
import Testing

/// The CPU miner against the fake pool, which judges its shares for real. The time limit ends what hangs.
@Suite(.timeLimit(.minutes(20))) struct MinerTests {
    private static let miner = SHA256.hash([9])

    /// Reports of a running miner, and waiting for them.
    private final class Reports: Sendable {
        let all = Mutex<[Miner.Report]>([])

        func count(_ event: MinerSession.Event) -> Int {
            all.withLock { $0.count { $0 == .event(event) } }
        }

        func until(_ holds: () -> Bool) async throws {
            while !holds() { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    private func mine(
        _ pool: FakePool, rollsVersions: Bool = true, threads: Int = 1, _ body: (Reports) async throws -> Void
    ) async throws {
        let reports = Reports()
        let login = MinerSession.Login(user: Self.miner.internalHex, rollsVersions: rollsVersions)
        let miner = Miner(PoolAddress(host: "127.0.0.1", port: Int(pool.port)), login, threads: threads) { report in
            reports.all.withLock { $0.append(report) }
        }
        let running = Task { await miner.run() }
        do {
            try await body(reports)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        await running.value
        #expect(miner.hashCount > 0)
        try await pool.stop()
    }

    @Test(arguments: [false, true])
    func sharesAreAccepted(rollsVersions: Bool) async throws {
        let pool = try await FakePool(level: 45)
        try await mine(pool, rollsVersions: rollsVersions, threads: 2) { reports in
            try await reports.until { reports.count(.accepted) >= 20 }
        }
        #expect(pool.verdicts.allSatisfy { $0 == .accepted })
        #expect(pool.versionBits.isEmpty == false)
        #expect(pool.versionBits.contains { $0 != 0 } == rollsVersions)
    }

    @Test func aPoolThatKnowsNoVersionRolling() async throws {
        let pool = try await FakePool(level: 45, knowsConfigure: false)
        try await mine(pool) { reports in
            try await reports.until { reports.count(.accepted) >= 3 }
        }
        #expect(pool.versionBits == [0])
    }

    /// At the lowest level shares come faster than answers.
    @Test func theLowestLevelAcrossABlock() async throws {
        let pool = try await FakePool(level: 33)
        try await mine(pool, threads: 2) { reports in
            try await reports.until { reports.count(.accepted) >= 300 }
            try pool.newBlock()
            let before = reports.count(.accepted)
            try await reports.until { reports.count(.accepted) >= before + 100 }
        }
        // Shares that were under way when the block came are stale.
        #expect(pool.verdicts.allSatisfy { $0 == .accepted || $0 == .stale })
    }

    /// A pool that stops answering gets no more than 64 shares.
    @Test func noMoreSharesThanMayWait() async throws {
        let pool = try await FakePool(level: 33, fault: .lost(every: 1))
        try await mine(pool, threads: 2) { reports in
            try await reports.until { pool.verdicts.count >= 64 }
            try await Task.sleep(for: .milliseconds(200))
            #expect(pool.verdicts.count <= 65)
        }
    }

    @Test func reconnectsWithItsToken() async throws {
        let pool = try await FakePool(level: 45)
        try await mine(pool) { reports in
            try await reports.until { reports.count(.accepted) >= 1 }
            pool.cutConnections()
            try await reports.until { pool.subscribes.count == 2 }
            let before = reports.count(.accepted)
            try await reports.until { reports.count(.accepted) > before }
            // The reason is the kernel's: closed, or reset while a share was under way.
            #expect(
                reports.all.withLock { all in
                    all.contains { if case .disconnected(_, retrySeconds: 1) = $0 { true } else { false } }
                })
        }
        #expect(pool.subscribes[0].map(\.text) == ["radpool-mine/1"])
        #expect(pool.subscribes[1].map(\.text) == ["radpool-mine/1", String(repeating: "ab", count: 16)])
        #expect(pool.verdicts.allSatisfy { $0 == .accepted })
    }

    @Test func firstWorkIsProved() async throws {
        let pool = try await FakePool(level: 64)
        let login = MinerSession.Login(user: Self.miner.internalHex)
        let work = try await Miner.firstWork(from: PoolAddress(host: "127.0.0.1", port: Int(pool.port)), login)
        let expected = WorkExpectation(
            syndicate: FakeJob.syndicate, msp: FakeJob.msp, miner: MinerID(Self.miner),
            logPosition: FakeJob.logPosition, custodyScript: FakeJob.custodyScript, network: .regtest, levels: 33...127)
        let proof = WorkProof(of: work, against: expected)
        #expect(proof.holds, "\(proof.checks)")
        try await pool.stop()
    }

    @Test func aPoolThatRefusesTheUser() async throws {
        let pool = try await FakePool()
        let address = PoolAddress(host: "127.0.0.1", port: Int(pool.port))
        await #expect(throws: PoolFailure(reason: "the pool refuses nobody: no such account [24]")) {
            try await Miner.firstWork(from: address, MinerSession.Login(user: "nobody"))
        }
        try await pool.stop()
    }

    @Test(arguments: [
        ("stratum+tcp://pool.example:3333", "pool.example", 3333), ("127.0.0.1:1", "127.0.0.1", 1),
        ("stratum+tcp://[::1]:65535/", "::1", 65535),
    ])
    func addresses(text: String, host: String, port: Int) {
        #expect(PoolAddress(text) == PoolAddress(host: host, port: port))
    }

    @Test(arguments: ["", "pool.example", "pool.example:", ":3333", "http://a:1", "::1:3333", "a:0", "a:65536", "a:b"])
    func noAddresses(text: String) {
        #expect(PoolAddress(text) == nil)
    }
}
