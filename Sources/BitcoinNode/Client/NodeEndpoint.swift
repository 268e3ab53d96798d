/// Where a bitcoin node listens, and how to show it who asks.
public struct NodeEndpoint: Sendable {
    /// A host name or address.
    public let host: String

    /// The port of JSON-RPC, 1 ... 65,535.
    public let port: Int

    /// A name and password, or the node's cookie file: read anew for every connection and after every 401, because
    /// bitcoind writes another at each start.
    public let credentials: RPCCredentials

    /// Where the node publishes `hashblock` (bitcoind's `zmqpubhashblock`), such as `tcp://127.0.0.1:28332`; nil
    /// where it does not.
    public let hashBlockPublisher: String?

    /// A node's endpoint.
    public init(
        host: String = "127.0.0.1", port: Int, credentials: RPCCredentials, hashBlockPublisher: String? = nil
    ) {
        self.host = host
        self.port = port
        self.credentials = credentials
        self.hashBlockPublisher = hashBlockPublisher
    }

    /// `host:port`, by which logs and health name the node.
    public var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
