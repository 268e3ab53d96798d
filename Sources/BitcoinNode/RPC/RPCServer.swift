internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Serves an embedded node's calls over HTTP on loopback, as bitcoind does.
public final class RPCServer: Sendable {
    /// The port that is listened on.
    public let port: Int

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let secret: RPCSecret

    /// Listens on 127.0.0.1.
    ///
    /// - Parameter port: the port; 0 takes a free one.
    public init(node: RegtestNode, port: Int, credentials: RPCCredentials) async throws(RPCServerError) {
        let secret = try RPCSecret(credentials)
        let service = RPCService { method, parameters async throws(RPCError) in
            try await node.call(method, parameters)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            channel = try await Self.bootstrap(group, service, secret).bind(host: "127.0.0.1", port: port).get()
        } catch {
            try? await group.shutdownGracefully()
            secret.remove()
            throw .cannotListen(port: port, String(describing: error))
        }
        self.port = channel.localAddress?.port ?? port
        self.group = group
        self.secret = secret
    }

    /// Stops listening, cuts all connections and removes the cookie file.
    public func stop() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
        secret.remove()
    }

    private static func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ service: RPCService, _ secret: RPCSecret
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
                    try pipeline.addHandler(RPCConnection(service: service, secret: secret))
                }
            }
    }
}
