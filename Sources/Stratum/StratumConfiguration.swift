public import Bitcoin

/// Everything that a stratum server is made with; defaults are those of docs/protocol/stratum.md section 15.
public struct StratumConfiguration: Hashable, Sendable {
    /// A port to listen on.
    public struct Listener: Hashable, Sendable {
        /// A numeric IPv4 or IPv6 address.
        public var address: String
        /// The port; 0 for any, which `StratumServer.port` tells.
        public var port: UInt16
        /// Whether miners speak TLS here.
        public var isTLS: Bool
        /// The level of new miners, clamped to the server's range and to the next.
        public var startLevel: UInt8
        /// What vardiff does not go below here; high on a high-difficulty port.
        public var minimumLevel: UInt8

        /// A port to listen on.
        public init(address: String, port: UInt16, isTLS: Bool = false, startLevel: UInt8, minimumLevel: UInt8) {
            self.address = address
            self.port = port
            self.isTLS = isTLS
            self.startLevel = startLevel
            self.minimumLevel = minimumLevel
        }
    }

    /// A network whose members may name miners' addresses by PROXY headers.
    public struct ProxyNetwork: Hashable, Sendable {
        /// The network's address, 4 or 16 bytes in network order.
        public let address: [UInt8]
        /// How many leading bits count.
        public let prefix: UInt8

        /// A network; nil unless the address has 4 or 16 bytes and the prefix no more bits than it.
        public init?(address: [UInt8], prefix: UInt8) {
            guard address.count == 4 || address.count == 16, Int(prefix) <= 8 * address.count else { return nil }
            self.address = address
            self.prefix = prefix
        }
    }

    /// The certificate of TLS ports.
    public struct Certificate: Hashable, Sendable {
        /// The path of the chain, PEM.
        public var chainPath: String
        /// The path of the private key, PEM.
        public var keyPath: String

        /// A certificate and its key.
        public init(chainPath: String, keyPath: String) {
            self.chainPath = chainPath
            self.keyPath = keyPath
        }
    }

    /// What a miner may cost in refused shares: a bucket of tokens.
    public struct Allowance: Hashable, Sendable {
        /// How many tokens the bucket holds.
        public var capacity: UInt32
        /// How many tokens come back in a minute.
        public var perMinute: UInt32

        /// An allowance.
        public init(capacity: UInt32, perMinute: UInt32) {
            self.capacity = capacity
            self.perMinute = perMinute
        }
    }

    /// The ports, 1 ... 16.
    public var listeners: [Listener]
    /// Whose PROXY headers are believed, at most 64 networks.
    public var proxies: [ProxyNetwork] = []
    /// The certificate; needed when a listener speaks TLS.
    public var certificate: Certificate?
    /// The secret of the resume tokens, 32 bytes; the same after a restart.
    public var tokenKey: [UInt8]
    /// Random; scatters the duplicate filters.
    public var seed: UInt64
    /// Event loops, 1 ... 64: one for each core that the server may use.
    public var loopCount: UInt32 = 1
    /// This front end among those of the MSP, 0 ... 3: the first bits of extranonce1.
    public var frontEnd: UInt8 = 0
    /// The version bits that miners may roll (BIP310).
    public var versionMask: UInt32 = 0x1fff_e000
    /// The levels that are given at all.
    public var levels: ClosedRange<UInt8>
    /// What vardiff aims at: milliseconds between a miner's shares.
    public var shareInterval: UInt32 = 10_000
    /// Shares of a tip and loop that a duplicate filter starts with.
    public var filterCapacity = 65_536
    /// What a filter may grow to; beyond it shares are refused.
    public var filterMaximum = 1 << 26
    /// Connections in all.
    public var maximumConnections: UInt32 = 10_000
    /// Connections of one address.
    public var maximumConnectionsPerAddress: UInt32 = 1_000
    /// Milliseconds from the connect to a subscribe.
    public var subscribeTimeout: UInt32 = 15_000
    /// Milliseconds from the connect to an authorize.
    public var authorizeTimeout: UInt32 = 30_000
    /// Milliseconds of silence; half of it is followed by a ping.
    public var idleTimeout: UInt32 = 900_000
    /// Milliseconds after a new tip in which older work still counts.
    public var staleGrace: UInt32 = 5_000
    /// Milliseconds that a stop waits for the disk and slow readers.
    public var drainTimeout: UInt32 = 5_000
    /// Refused shares of a connection; beyond it is closed.
    public var refusals = Allowance(capacity: 120, perMinute: 60)
    /// Whether miners whose subscribe named no agent are asked for their version.
    public var asksVersion = true
    /// The target that a share must meet to be handed out as a block, harder than the header's where every share is a
    /// block (regtest); nil for the header's.
    public var blockTarget: CompactTarget?

    /// A configuration with defaults for the rest.
    public init(listeners: [Listener], levels: ClosedRange<UInt8>, tokenKey: [UInt8], seed: UInt64) {
        self.listeners = listeners
        self.levels = levels
        self.tokenKey = tokenKey
        self.seed = seed
    }
}
