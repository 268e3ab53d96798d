internal import NIOCore
internal import NIOHTTP1

/// One connection of the server: collects a request, asks the service, writes the answer; one request at a time.
final class RPCConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The largest body in bytes, as in bitcoind: a block in hex takes a quarter of it.
    private static let largestBody = 0x200_0000

    private let service: RPCService
    private let secret: RPCSecret
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// The call being answered; cancelled with the connection, so that no long poll outlives its caller.
    private var call: Task<Void, Never>?

    init(service: RPCService, secret: RPCSecret) {
        self.service = service
        self.secret = secret
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLarge = false
        case .body(let part):
            isTooLarge = isTooLarge || body.count + part.readableBytes > Self.largestBody
            if !isTooLarge { body += part.readableBytesView }
        case .end:
            if let head { answer(head, context: context) }
            head = nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        call?.cancel()
        context.fireChannelInactive()
    }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        if let refusal = refusal(of: head) {
            write(refusal, to: head, context: context)
            return
        }
        let bytes = body
        body = []
        let service = service
        let promise = context.eventLoop.makePromise(of: RPCService.Reply.self)
        call = Task { promise.succeed(await service.reply(to: bytes)) }
        promise.futureResult.assumeIsolated().whenSuccess { reply in
            self.write(reply, to: head, context: context)
        }
    }

    private func refusal(of head: HTTPRequestHead) -> RPCService.Reply? {
        guard head.method == .POST else {
            return RPCService.Reply(status: 405, body: "JSONRPC server handles only POST requests")
        }
        guard secret.admits(head.headers.first(name: "authorization")) else {
            return RPCService.Reply(status: 401, body: "")
        }
        return isTooLarge ? RPCService.Reply(status: 413, body: "") : nil
    }

    private func write(_ reply: RPCService.Reply, to request: HTTPRequestHead, context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        let json = "application/json"
        headers.add(
            name: "Content-Type", value: reply.body.hasPrefix("{") || reply.body.hasPrefix("[") ? json : "text/plain")
        if reply.status == 401 { headers.add(name: "WWW-Authenticate", value: "Basic realm=\"jsonrpc\"") }
        headers.add(name: "Content-Length", value: String(reply.body.utf8.count))
        let isKept = request.isKeepAlive && reply.status != 413
        headers.add(name: "Connection", value: isKept ? "keep-alive" : "close")
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
        let channel = context.channel
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !isKept { done.whenComplete { _ in channel.close(promise: nil) } }
    }
}
