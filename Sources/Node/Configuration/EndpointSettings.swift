/// Section `bitcoin.node`: a bitcoin node that speaks JSON-RPC.
public struct EndpointSettings: Sendable {
    /// Where it listens: `http://HOST:PORT`; never nil once a file has been read.
    public var url: String?
    /// Its cookie file; nil with a user.
    public var cookieFile: String?
    /// The user of its JSON-RPC; nil with a cookie.
    public var user: String?
    /// The password of that user.
    public var password: String?
    /// A file whose first line is the password.
    public var passwordFile: String?
    /// Where it publishes `hashblock` by ZeroMQ; nil for long polls alone.
    public var hashBlock: String?

    /// No node yet.
    public init() {}
}

extension EndpointSettings: ConfigurationSection {
    static var section: String { "bitcoin.node" }
    static var isList: Bool { true }
    static var purpose: String {
        """
        A bitcoin node; several stand in the order of priority. Templates come from the first that works, blocks go to \
        all. Needs `cookie_file`, or `user` and one of `password` and `password_file`.
        """
    }
    static var keys: [ConfigurationKey<EndpointSettings>] {
        [
            .init(
                "url", \.url, .url(["http"], example: "http://127.0.0.1:8332"),
                example: "\"http://127.0.0.1:8332\"", "Where its JSON-RPC is."),
            .init(
                "cookie_file", \.cookieFile, .path, example: "\"/var/lib/bitcoind/.cookie\"",
                "The cookie that it writes at its start; read again whenever it refuses."),
            .init(
                "user", \.user, .text("text without a colon") { !$0.isEmpty && !$0.contains(":") },
                example: "\"radpool\"", "The user of its JSON-RPC."),
            .init("password", \.password, .secret, example: "\"secret\"", "The password; better in a file."),
            .init(
                "password_file", \.passwordFile, .path, example: "\"/etc/radpool/password\"",
                "A file whose first line is the password."),
            .init(
                "zmq_hashblock", \.hashBlock, .url(["tcp", "ipc"], example: "tcp://127.0.0.1:28332"),
                example: "\"tcp://127.0.0.1:28332\"",
                "What its option -zmqpubhashblock says: new blocks come faster than by long polls alone."),
        ]
    }
}
