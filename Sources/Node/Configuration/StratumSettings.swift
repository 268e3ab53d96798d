/// Section `stratum`: the server for miners (docs/protocol/stratum.md).
public struct StratumSettings: Sendable {
    /// The ports, 1 ... 16 of them.
    public var listeners = [ListenerSettings()]
    /// How many event loops; 0 for one a core.
    public var threads: UInt32 = 0
    /// The pool's mask of version bits that miners may roll.
    public var versionMask: UInt32 = 0x1fff_e000
    /// How often a miner should find a share.
    public var shareInterval: Duration = .seconds(10)
    /// The lowest level that is given; nil for the syndicate's.
    public var lowestLevel: UInt8?
    /// The highest level that is given; nil for the syndicate's.
    public var highestLevel: UInt8?
    /// The most connections.
    public var maximumConnections: UInt32 = 10_000
    /// The most connections of one address.
    public var maximumPerAddress: UInt32 = 1_000
    /// Time from the connect to subscribe.
    public var subscribeTimeout: Duration = .seconds(15)
    /// Time from the connect to authorize.
    public var authorizeTimeout: Duration = .seconds(30)
    /// Silence that ends a connection.
    public var idleTimeout: Duration = .seconds(900)
    /// Time after a new tip in which older work still counts.
    public var staleGrace: Duration = .seconds(5)
    /// Time that a stop waits for the disk and slow readers.
    public var drainTimeout: Duration = .seconds(5)
    /// Refused shares of a connection before it is dropped.
    public var refusalBurst: UInt32 = 120
    /// Refused shares a minute that a connection may go on with.
    public var refusalsPerMinute: UInt32 = 60
    /// Networks whose PROXY headers are believed.
    public var proxyNetworks: [IPNetwork] = []
    /// The PEM file with the certificate chain of the TLS ports.
    public var certificateFile: String?
    /// The PEM file with the certificate's key.
    public var certificateKeyFile: String?
    /// Shares of a tip and loop that a duplicate filter starts with.
    public var filterInitial: UInt32 = 65_536
    /// Shares of a tip and loop that a duplicate filter may hold.
    public var filterMaximum: UInt32 = 67_108_864
    /// The first bits of extranonce1, 0 ... 3.
    public var frontEnd: UInt8 = 0
    /// Whether a miner that names no software is asked for it.
    public var asksVersion = true

    /// The defaults.
    public init() {}
}

extension StratumSettings: ConfigurationSection {
    static var section: String { "stratum" }
    static var subsections: [String] { ["listen"] }
    static var purpose: String { "The server that miners connect to. docs/protocol/stratum.md says what it speaks." }
    static var keys: [ConfigurationKey<StratumSettings>] { work + connections + shares + network }

    private static var work: [ConfigurationKey<StratumSettings>] {
        [
            .init(
                "threads", \.threads, .integer(0...64), "Event loops; 0 for one a core. A connection stays on its loop."
            ),
            .init(
                "version_mask", \.versionMask, .mask,
                "The bits of the block version that miners may roll (BIP310)."),
            .init(
                "share_interval", \.shareInterval, .duration(.milliseconds(100) ... .seconds(600)),
                "How often a miner should find a share; its difficulty is steered there."),
            .init(
                "lowest_difficulty", \.lowestLevel, .difficulty, example: "1",
                "The lowest difficulty that is given. Without it: the syndicate's."),
            .init(
                "highest_difficulty", \.highestLevel, .difficulty, example: "1073741824",
                "The highest difficulty that is given. Without it: the syndicate's."),
        ]
    }

    private static var connections: [ConfigurationKey<StratumSettings>] {
        let time = ConfigurationKind.duration(.milliseconds(100) ... .seconds(86_400))
        return [
            .init(
                "max_connections", \.maximumConnections, .integer(1...1_000_000),
                """
                The most connections. The last tenth is for miners that were here before. Takes as many file \
                descriptors; the start says if the system allows fewer.
                """),
            .init(
                "max_connections_per_address", \.maximumPerAddress, .integer(1...1_000_000),
                "The most connections of one address; more are closed."),
            .init("subscribe_timeout", \.subscribeTimeout, time, "Time from the connect to mining.subscribe."),
            .init("authorize_timeout", \.authorizeTimeout, time, "Time from the connect to mining.authorize."),
            .init(
                "idle_timeout", \.idleTimeout, time,
                "Silence that ends a connection; after half of it the miner is pinged."),
            .init(
                "drain_timeout", \.drainTimeout, time,
                "How long a stop waits for the disk and for miners that read slowly."),
        ]
    }

    private static var shares: [ConfigurationKey<StratumSettings>] {
        [
            .init(
                "stale_grace", \.staleGrace, .duration(.seconds(0) ... .seconds(60)),
                "Time after a new block in which shares on the block before still count."),
            .init(
                "refusal_burst", \.refusalBurst, .integer(1...1_000_000),
                "Refused shares that a connection may send at once before it is dropped."),
            .init(
                "refusals_per_minute", \.refusalsPerMinute, .integer(0...1_000_000),
                "Refused shares that a connection may go on with."),
            .init(
                "filter_initial", \.filterInitial, .integer(1_024...1_073_741_824),
                "Shares of one block and loop that the duplicate filter has room for at first; 85 to 171 bytes each."),
            .init(
                "filter_maximum", \.filterMaximum, .integer(1_024...1_073_741_824),
                "What it may grow to; beyond it shares are refused until the next block."),
        ]
    }

    private static var network: [ConfigurationKey<StratumSettings>] {
        [
            .init(
                "proxy_networks", \.proxyNetworks, .list(.network, most: 64),
                "Networks of load balancers, whose PROXY headers (v1 and v2) name the miner's address."),
            .init(
                "tls_certificate", \.certificateFile, .path, example: "\"certificate.pem\"",
                "The certificate chain of the TLS ports, PEM. Read at the start."),
            .init("tls_key", \.certificateKeyFile, .path, example: "\"certificate-key.pem\"", "Its key, PEM."),
            .init(
                "front_end", \.frontEnd, .integer(0...3),
                "Unlike that of every other radpoold with the same key_file: keeps their extranonces apart."),
            .init(
                "ask_version", \.asksVersion, .flag,
                "Whether a miner that names no software in mining.subscribe is asked by client.get_version."),
        ]
    }
}
