internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A kept-alive connection to a node.
struct HTTPConnection: Sendable {
    private let channel: any Channel
    private let exchange: NIOLoopBound<HTTPExchange>
    private let context: NIOLoopBound<ChannelHandlerContext>

    /// How much is read at once: a template comes in some ten reads.
    private static let readSize = 1 << 18

    /// Connects.
    ///
    /// - Parameter limit: the largest body of an answer in bytes.
    static func open(
        host: String, port: Int, timeout: Duration, limit: Int
    ) async throws(NodeError) -> HTTPConnection {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readSize))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(HTTPExchange(limit: limit))
                }
            }
        do {
            // An address needs no resolver.
            let address = try? SocketAddress(ipAddress: host, port: port)
            let connecting = address.map { bootstrap.connect(to: $0) } ?? bootstrap.connect(host: host, port: port)
            let channel = try await connecting.get()
            return try await channel.eventLoop.submit { try HTTPConnection(channel) }.get()
        } catch {
            throw .unreachable(Self.words(of: error))
        }
    }

    private init(_ channel: any Channel) throws {
        let context = try channel.pipeline.syncOperations.context(handlerType: HTTPExchange.self)
        guard let exchange = context.handler as? HTTPExchange else { throw NodeError.connectionLost }
        self.channel = channel
        self.exchange = NIOLoopBound(exchange, eventLoop: channel.eventLoop)
        self.context = NIOLoopBound(context, eventLoop: channel.eventLoop)
    }

    /// Whether the other side has not hung up, as far as is known.
    var isOpen: Bool { channel.isActive }

    func close() {
        channel.close(promise: nil)
    }

    /// Sends a request and waits for its answer. An error, a time-out and a cancelled task end the connection.
    func post(
        _ body: [UInt8], host: String, authorization: String, timeout: Duration
    ) async throws(NodeError) -> HTTPExchange.Answer {
        let promise = channel.eventLoop.makePromise(of: HTTPExchange.Answer.self)
        let request = HTTPExchange.Request(host: host, authorization: authorization, body: body, answer: promise)
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { end(.timedOut) }
        defer { timer.cancel() }
        channel.eventLoop.execute { exchange.value.send(request, context: context.value) }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                channel.eventLoop.execute { end(.cancelled) }
            }
        } catch {
            throw error as? NodeError ?? .connectionLost
        }
    }

    private func end(_ error: NodeError) {
        exchange.value.fail(error, context: context.value)
    }

    /// The system's words alone: NIO's own text is a dump of its types.
    private static func words(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            let first = error.connectionErrors.first?.error
            if let first { return words(of: first) }
            return error.dnsAError == nil && error.dnsAAAAError == nil ? "no address" : "unknown host"
        case let error as IOError:
            switch error.errnoCode {
            case ECONNREFUSED: return "connection refused"
            case EHOSTUNREACH, ENETUNREACH: return "no route to the host"
            case ECONNRESET: return "connection reset"
            case ETIMEDOUT: return "timed out"
            default: return "system error \(error.errnoCode)"
            }
        case ChannelError.connectTimeout: return "timed out"
        case let error as NodeError: return error.description
        default: return "connection failed (\(type(of: error)))"
        }
    }
}
