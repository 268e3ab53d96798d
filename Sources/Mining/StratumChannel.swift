internal import NIOCore
internal import NIOPosix

/// The miner's end of one connection: a `MinerSession` on a channel. Shares are written to the channel as values.
final class StratumChannel: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = FoundShare
    typealias OutboundOut = ByteBuffer

    /// The longest line that is taken; pools send up to about 16 KiB.
    private static let longestLine = 65_536

    private var session: MinerSession
    private var received = ByteBuffer()
    private var reason = "the pool closed the connection"
    private let report: @Sendable (MinerSession.Event) -> Void
    private let closed: @Sendable (Ending) -> Void

    /// How a connection ended.
    struct Ending: Sendable {
        let reason: String
        let resumeToken: String?
    }

    init(
        _ session: MinerSession, report: @escaping @Sendable (MinerSession.Event) -> Void,
        closed: @escaping @Sendable (Ending) -> Void
    ) {
        self.session = session
        self.report = report
        self.closed = closed
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(session.start(), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        while let length = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let start = received.readerIndex
            let line = received.readBytes(length: length - start) ?? []
            received.moveReaderIndex(forwardBy: 1)
            if !line.allSatisfy({ $0 == UInt8(ascii: "\r") }) {
                perform(session.receive(line), context)
            }
        }
        received.discardReadBytes()
        if received.readableBytes > Self.longestLine {
            perform([.end("the pool sent a line that does not end")], context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        perform([session.submit(unwrapOutboundIn(data))], context)
        promise?.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed(Ending(reason: reason, resumeToken: session.resumeToken))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        reason = "\(error)"
        context.close(promise: nil)
    }

    private func perform(_ events: [MinerSession.Event], _ context: ChannelHandlerContext) {
        for event in events {
            switch event {
            case .send(let line):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line + "\n")), promise: nil)
            case .end(let why):
                reason = why
                context.close(promise: nil)
            default:
                report(event)
            }
        }
    }
}
