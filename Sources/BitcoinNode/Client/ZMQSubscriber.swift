internal import CZMQ
internal import Foundation

/// Listens to what a bitcoind publishes as `hashblock` over ZeroMQ.
///
/// Where all unsafe calls of libzmq stop. The library connects again by itself when the publisher went away.
@safe
final class ZMQSubscriber: Sendable {
    /// The hash of each new tip, in display order (32 bytes); ends with `stop()`. What nobody has read yet is kept for
    /// the newest only.
    let hashes: AsyncStream<[UInt8]>

    private let context: Context

    /// The topic that bitcoind sends before the hash.
    private static let topic = Array("hashblock".utf8)

    // Safe: libzmq's contexts may be used from any thread; the pointer never changes.
    @safe
    private final class Context: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer

        init?() {
            guard let pointer = unsafe zmq_ctx_new() else {
                return nil
            }
            unsafe self.pointer = pointer
        }

        func shutDown() {
            unsafe zmq_ctx_shutdown(pointer)
        }

        deinit {
            unsafe zmq_ctx_term(pointer)
        }
    }

    /// Subscribes to an endpoint such as `tcp://127.0.0.1:28332`.
    ///
    /// - Throws: `ZMQError` for an endpoint that libzmq does not understand.
    init(endpoint: String) throws(ZMQError) {
        guard let context = Context(), let socket = unsafe zmq_socket(context.pointer, ZMQ_SUB) else {
            throw ZMQError(endpoint: endpoint)
        }
        let isSet = unsafe Self.subscribe(socket, to: endpoint)
        guard isSet else {
            unsafe zmq_close(socket)
            throw ZMQError(endpoint: endpoint)
        }
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(1))
        hashes = stream
        self.context = context
        let reader = unsafe Reader(socket: socket, context: context, continuation: continuation)
        let thread = Thread { reader.run() }
        thread.name = "zmq-hashblock"
        thread.start()
    }

    deinit {
        stop()
    }

    /// Ends the subscription and the stream.
    func stop() {
        context.shutDown()
    }

    private static func subscribe(_ socket: UnsafeMutableRawPointer, to endpoint: String) -> Bool {
        var one: Int32 = 1
        var largest: Int64 = 256
        var linger: Int32 = 0
        let size = MemoryLayout<Int32>.size
        let results = unsafe [
            zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, topic.count),
            zmq_setsockopt(socket, ZMQ_TCP_KEEPALIVE, &one, size),
            zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, MemoryLayout<Int64>.size),
            zmq_setsockopt(socket, ZMQ_LINGER, &linger, size),
            zmq_connect(socket, endpoint),
        ]
        return results.allSatisfy { $0 == 0 }
    }

    /// The thread's part: it alone touches the socket.
    // Safe: handed to one thread before it starts, and used nowhere else.
    @safe
    private final class Reader: @unchecked Sendable {
        private let socket: UnsafeMutableRawPointer
        /// Keeps the context until the socket is closed.
        private let context: Context
        private let continuation: AsyncStream<[UInt8]>.Continuation

        init(socket: UnsafeMutableRawPointer, context: Context, continuation: AsyncStream<[UInt8]>.Continuation) {
            unsafe self.socket = socket
            self.context = context
            self.continuation = continuation
        }

        func run() {
            while let parts = message() {
                // Topic, hash, a counter of 4 bytes; anything else is not from a bitcoind.
                if parts.count == 3, parts[0] == ZMQSubscriber.topic, parts[1].count == 32 {
                    continuation.yield(parts[1])
                }
            }
            unsafe zmq_close(socket)
            continuation.finish()
        }

        /// All parts of the next message, at most four kept; nil when the context is shut down.
        private func message() -> [[UInt8]]? {
            var parts: [[UInt8]] = []
            while true {
                guard let (part, hasMore) = part() else {
                    return nil
                }
                if parts.count < 4 { parts.append(part) }
                if !hasMore { return parts }
            }
        }

        private func part() -> (bytes: [UInt8], hasMore: Bool)? {
            var buffer = [UInt8](repeating: 0, count: 256)
            var received = unsafe zmq_recv(socket, &buffer, buffer.count, 0)
            while received < 0, zmq_errno() == EINTR {
                received = unsafe zmq_recv(socket, &buffer, buffer.count, 0)
            }
            guard received >= 0 else {
                return nil
            }
            var more: Int32 = 0
            var size = MemoryLayout<Int32>.size
            guard unsafe zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 else {
                return nil
            }
            return (Array(buffer.prefix(Int(received))), more != 0)
        }
    }
}

/// An endpoint that libzmq does not understand.
struct ZMQError: Error, Hashable, Sendable {
    let endpoint: String
}
