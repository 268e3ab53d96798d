internal import NIOCore
internal import NIOHTTP1

/// The client's end of one connection: sends a request, collects its answer; one at a time.
///
/// All of it runs on the connection's event loop.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// A whole answer.
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        /// When the request was sent, and the answer's last byte was there, in nanoseconds of CLOCK_MONOTONIC.
        let requestedAt: UInt64
        let receivedAt: UInt64
        /// Whether the connection can take another request.
        let isKept: Bool
    }

    /// A request, and who waits for its answer.
    struct Request: Sendable {
        let host: String
        let authorization: String
        let body: [UInt8]
        let answer: EventLoopPromise<Answer>
    }

    private let limit: Int
    private var pending: EventLoopPromise<Answer>?
    private var requestedAt: UInt64 = 0
    /// Why the connection was ended; a request that comes later is told so.
    private var ending: NodeError?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    /// - Parameter limit: the largest body in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    func send(_ request: Request, context: ChannelHandlerContext) {
        guard pending == nil, ending == nil, context.channel.isActive else {
            request.answer.fail(ending ?? NodeError.connectionLost)
            return
        }
        pending = request.answer
        requestedAt = NIODeadline.now().uptimeNanoseconds
        head = nil
        body = []
        let headers: HTTPHeaders = [
            "Host": request.host,
            "Authorization": request.authorization,
            "Content-Type": "application/json",
            "Content-Length": String(request.body.count),
            "Connection": "keep-alive",
        ]
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            guard let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) else {
                return
            }
            guard length <= limit else {
                fail(.answerTooLarge(limit: limit), context: context)
                return
            }
            body.reserveCapacity(length)
        case .body(let part):
            guard part.readableBytes <= limit - body.count else {
                fail(.answerTooLarge(limit: limit), context: context)
                return
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            finish(context: context)
        }
    }

    private func finish(context: ChannelHandlerContext) {
        let now = NIODeadline.now().uptimeNanoseconds
        guard let head, let pending else {
            // An answer that nobody asked for.
            context.close(promise: nil)
            return
        }
        let answer = Answer(
            status: Int(head.status.code), body: body, requestedAt: requestedAt, receivedAt: now,
            isKept: head.isKeepAlive)
        self.pending = nil
        self.head = nil
        body = []
        if !head.isKeepAlive { context.close(promise: nil) }
        pending.succeed(answer)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as NodeError: fail(error, context: context)
        case HTTPParserError.invalidEOFState: fail(.connectionLost, context: context)
        case is HTTPParserError: fail(.malformedAnswer("no HTTP"), context: context)
        default: fail(.connectionLost, context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.connectionLost, context: context)
        context.fireChannelInactive()
    }

    /// Ends the connection, and the request that waits on it.
    func fail(_ error: NodeError, context: ChannelHandlerContext) {
        ending = ending ?? error
        let waiting = pending
        pending = nil
        body = []
        context.close(promise: nil)
        waiting?.fail(error)
    }
}
