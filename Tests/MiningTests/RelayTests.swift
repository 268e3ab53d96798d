import CLoad
import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// The relay that times a node's answers, and the probe of the disk.
@Suite struct RelayTests {
    /// Answers each byte with as many bytes as it says in units of 1,024.
    private final class Node: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for size in unwrapInboundIn(data).readableBytesView {
                let answer = ByteBuffer(repeating: UInt8(ascii: "a"), count: 1_024 * Int(size))
                context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            }
        }
    }

    /// Sends one byte and waits for its answer.
    private func ask(_ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ sizes: [UInt8]) async throws -> [UInt64] {
        try await channel.executeThenClose { inbound, outbound in
            var times: [UInt64] = []
            var iterator = inbound.makeAsyncIterator()
            for size in sizes {
                try await outbound.write(ByteBuffer(bytes: [size]))
                var missing = 1_024 * Int(size)
                while missing > 0 {
                    let bytes = try #require(try await iterator.next())
                    missing -= bytes.readableBytes
                }
                times.append(rp_load_now())
            }
            return times
        }
    }

    @Test func theFirstLongAnswerIsTimed() async throws {
        let node = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Node()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var made: OpaquePointer?
        #expect(rp_relay_create(&made, UInt16(node.localAddress?.port ?? 0)) == RP_LOAD_OK)
        let relay = try #require(made)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: Int(rp_relay_port(relay))) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        rp_relay_arm(relay)
        #expect(rp_relay_answer(relay) == 0)
        // A short answer, a long one in many pieces, and another long one, which comes too late to count.
        let times = try await ask(channel, [1, 200, 100])
        let answer = rp_relay_answer(relay)
        #expect(answer > times[0])
        #expect(answer <= times[1])
        rp_relay_arm(relay)
        #expect(rp_relay_answer(relay) == 0)
        rp_relay_destroy(relay)
        try await node.close().get()
    }

    @Test func theDiskIsTimed() throws {
        let folder = try TemporaryFolder("probe")
        let file = folder.path("probe")
        var result = rp_sync_result()
        #expect(rp_load_probe_sync(file, 4_096, 20, &result) == RP_LOAD_OK)
        #expect(result.p50 > 0 && result.p50 <= result.p99 && result.p99 <= result.max)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(rp_load_probe_sync(folder.path("missing/probe"), 1, 1, &result) == RP_LOAD_SYSTEM)
        #expect(rp_load_probe_sync(file, 0, 1, &result) == RP_LOAD_SYSTEM)
    }
}
