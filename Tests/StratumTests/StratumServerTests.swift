import Bitcoin
import Shares
import Stratum
import Testing

@Suite struct StratumServerTests {
    private func configuration(address: String = "127.0.0.1", port: UInt16 = 0) -> StratumConfiguration {
        StratumConfiguration(
            listeners: [.init(address: address, port: port, startLevel: 40, minimumLevel: 33)], levels: 33...127,
            tokenKey: [UInt8](repeating: 1, count: 32), seed: 1)
    }

    @Test func aPortIsBoundOnce() throws {
        let server = try StratumServer(configuration())
        let port = try #require(server.port(ofListener: 0))
        #expect(port > 0)
        #expect(server.port(ofListener: 1) == nil)
        #expect(server.metrics == StratumMetrics())
    }

    @Test func whatCannotBeServedIsNamed() {
        #expect(throws: StratumError.badAddress) { try StratumServer(configuration(address: "localhost")) }
        // An address of documentation (RFC 5737) that no machine has.
        do {
            _ = try StratumServer(configuration(address: "192.0.2.1"))
            Issue.record("bound")
        } catch {
            guard case .bindFailed(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!reason.isEmpty)
        }
        var short = configuration()
        short.tokenKey = [1]
        #expect(throws: StratumError.badConfiguration) { try StratumServer(short) }
        var none = configuration()
        none.listeners = []
        #expect(throws: StratumError.badConfiguration) { try StratumServer(none) }
        var tls = configuration()
        tls.listeners[0].isTLS = true
        tls.certificate = .init(chainPath: "/nowhere/chain.pem", keyPath: "/nowhere/key.pem")
        #expect(throws: StratumError.tlsFailed) { try StratumServer(tls) }
    }

    @Test func thereIsOneTakerOfEachKind() throws {
        let server = try StratumServer(configuration())
        #expect(server.makeIntake() != nil)
        #expect(server.makeIntake() == nil)
        #expect(server.makeBlockFeed() != nil)
        #expect(server.makeBlockFeed() == nil)
    }

    @Test func aStoppedServerSaysSo() throws {
        let server = try StratumServer(configuration())
        let intake = try #require(server.makeIntake())
        let feed = try #require(server.makeBlockFeed())
        server.wake()
        #expect(intake.next { $0.shareCount == 0 && !$0.isFinished })
        server.stop()
        while intake.next({ _ in true }) {}
        #expect(feed.next() == nil)
    }

    @Test func histogramsCountByTheirBounds() {
        var histogram = LatencyHistogram()
        for microseconds in [0, 50, 51, 100, 5_000_000, 5_000_001, 60_000_000] as [UInt64] {
            histogram.record(microseconds: microseconds)
        }
        #expect(histogram.buckets.prefix(3) == [2, 2, 0])
        #expect(histogram.buckets.suffix(2) == [1, 2])
        #expect(histogram.count == 7)
        #expect(histogram.sum == 70_000_202)
        #expect(histogram.buckets.count == LatencyHistogram.bounds.count + 1)
    }
}
