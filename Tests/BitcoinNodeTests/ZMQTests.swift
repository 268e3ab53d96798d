import Bitcoin
import Foundation
import Synchronization
import Testing

@testable import BitcoinNode

@Suite(.timeLimit(.minutes(20))) struct ZMQTests {
    /// A publisher knows nothing of its subscribers, so a test publishes until it is heard.
    private func publishing<Result: Sendable>(
        _ publish: @escaping () -> Void, until body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let isHeard = Mutex(false)
        async let result = { () async throws -> Result in
            defer { isHeard.withLock { $0 = true } }
            return try await body()
        }()
        while !isHeard.withLock({ $0 }) {
            publish()
            try await Task.sleep(for: .milliseconds(2))
        }
        return try await result
    }

    private let hash = [UInt8](1...32)

    @Test func onlyABlocksHashIsHeard() async throws {
        let publisher = try ZMQPublisher()
        let subscriber = try ZMQSubscriber(endpoint: publisher.endpoint)
        let topic = Array("hashblock".utf8)
        let heard = try await publishing {
            publisher.publish([topic])
            publisher.publish([topic, [1, 2, 3], [0, 0, 0, 0]])
            publisher.publish([topic, hash])
            publisher.publish([topic, hash, [0], [0], [0], [0]])
            publisher.publish([topic + [0x32], hash, [0, 0, 0, 0]])
            publisher.publish([Array("rawtx".utf8), hash, [0, 0, 0, 0]])
            publisher.publish(hash: hash)
        } until: {
            await subscriber.hashes.first { _ in true }
        }
        #expect(heard == hash)
        subscriber.stop()
        #expect(await subscriber.hashes.first { $0 != hash } == nil)
    }

    @Test func aPublisherThatComesBackIsHeardAgain() async throws {
        var publisher: ZMQPublisher? = try ZMQPublisher()
        let endpoint = try #require(publisher?.endpoint)
        let subscriber = try ZMQSubscriber(endpoint: endpoint)
        let hash = hash
        #expect(
            try await publishing {
                publisher?.publish(hash: hash)
            } until: {
                await subscriber.hashes.first { $0 == hash }
            } == hash)
        publisher = nil
        publisher = try ZMQPublisher(endpoint: endpoint)
        let other = [UInt8](repeating: 9, count: 32)
        #expect(
            try await publishing {
                publisher?.publish(hash: other)
            } until: {
                await subscriber.hashes.first { $0 == other }
            } == other)
    }

    @Test func anEndpointThatIsNone() {
        for endpoint in ["", "tcp://", "127.0.0.1:1", "nothing://x"] {
            #expect(throws: ZMQError(endpoint: endpoint)) { try ZMQSubscriber(endpoint: endpoint) }
        }
    }

    @Test func aPublishedBlockBringsATemplateAtOnce() async throws {
        var state = FakeBitcoind.State()
        state.hasLongPolls = false
        let node = try FakeBitcoind(state)
        let publisher = try ZMQPublisher()
        let endpoint = NodeEndpoint(
            port: node.fake.port, credentials: .password(user: "user", password: "s3cr3t"),
            hashBlockPublisher: publisher.endpoint)
        // Neither time nor a long poll would bring it.
        let reader = NodeSetReader([endpoint])
        #expect(try await reader.nextHead().height == 200)
        _ = try await reader.nextTemplate()
        node.grow(tip: 1)
        let events = Events(reader)
        let head = try await publishing {
            publisher.publish(hash: [UInt8](repeating: 1, count: 32))
        } until: {
            try await events.reader.nextHead()
        }
        #expect(head.height == 201 && head.previousBlock == SHA256.hash([1]))
        // What is published again without a new tip is no news.
        #expect(try await reader.nextTemplate().height == 201)
        await reader.set.stop()
    }

    @Test func aPublisherThatIsNoneHarmsNothing() async throws {
        let node = try FakeBitcoind()
        let endpoint = NodeEndpoint(
            port: node.fake.port, credentials: .password(user: "user", password: "s3cr3t"),
            hashBlockPublisher: "nothing://x")
        let reader = NodeSetReader([endpoint])
        #expect(try await reader.nextHead().height == 200)
        node.grow(tip: 1)
        #expect(try await reader.nextHead(skippingTemplates: true).height == 201)
        await reader.set.stop()
    }
}

/// Hands a reader to the one task that reads.
// Safe: the test touches the reader again only after that task has ended.
private final class Events: @unchecked Sendable {
    let reader: NodeSetReader
    init(_ reader: NodeSetReader) { self.reader = reader }
}
