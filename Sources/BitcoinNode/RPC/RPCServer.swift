internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Serves an embedded node's calls over HTTP on loopback, as bitcoind does.
public final class RPCServer: Sendable {
    /// The port that is listened on.
    public let port: Int

    private let channel: any Channel
    private let connections: OpenConnections
    private let secret: RPCSecret

    /// Listens on 127.0.0.1.
    ///
    /// - Parameter port: the port; 0 takes a free one.
    public init(node: RegtestNode, port: Int, credentials: RPCCredentials) async throws(RPCServerError) {
        let secret = try RPCSecret(credentials)
        let service = RPCService { method, parameters async throws(RPCError) in
            try await node.call(method, parameters)
        }
        let connections = OpenConnections()
        do {
            channel = try await Self.bootstrap(connections, service, secret).bind(host: "127.0.0.1", port: port).get()
        } catch {
            secret.remove()
            throw .cannotListen(port: port, String(describing: error))
        }
        self.port = channel.localAddress?.port ?? port
        self.connections = connections
        self.secret = secret
    }

    /// Stops listening, cuts all connections and removes the cookie file.
    public func stop() async {
        try? await channel.close()
        await connections.closeAll()
        secret.remove()
    }

    private static func bootstrap(
        _ connections: OpenConnections, _ service: RPCService, _ secret: RPCSecret
    ) -> ServerBootstrap {
        // The process's own loops: a call that ends after the server still has one to say so on.
        ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
                    try pipeline.addHandler(RPCConnection(service: service, secret: secret))
                }
            }
    }
}

/// The connections that are open, so that the end of the server can end them.
private final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        channels.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { _ in
            self.channels.withLock { $0[key] = nil }
        }
    }

    func closeAll() async {
        let open = channels.withLock { Array($0.values) }
        for channel in open {
            try? await channel.close()
        }
    }
}
