public import Bitcoin

/// What a conversation asks of the pool's configuration.
public struct PoolRules: Hashable, Sendable {
    /// The levels that are given at all.
    public var levels: ClosedRange<UInt8> = 33...80
    /// The level that the plain and the TLS port begin with.
    public var startLevel: UInt8 = 33
    /// The level that the high-difficulty port begins with.
    public var highStartLevel: UInt8 = 41
    /// The level that the high-difficulty port does not go below.
    public var highLevel: UInt8 = 40
    /// Milliseconds between a miner's shares.
    public var shareInterval: UInt32 = 10_000
    /// Connections in all.
    public var maximumConnections: UInt32 = 1_000
    /// Connections of one address.
    public var maximumPerAddress: UInt32 = 1_000
    /// Milliseconds to subscribe.
    public var subscribeTimeout: UInt32 = 3_600_000
    /// Milliseconds to authorise.
    public var authorizeTimeout: UInt32 = 3_600_000
    /// Milliseconds of silence.
    public var idleTimeout: UInt32 = 3_600_000
    /// Milliseconds in which shares of the tip before still count.
    public var staleGrace: UInt32 = 60_000
    /// Refused shares at once.
    public var refusalBurst: UInt32 = 120
    /// Refused shares a minute.
    public var refusalsPerMinute: UInt32 = 60
    /// Whether miners without a name are asked for it.
    public var asksVersion = false
    /// Event loops.
    public var loops: UInt32 = 1

    /// What most conversations use.
    public init() {}

    /// The usual rules but for some.
    public static func with(_ change: (inout PoolRules) -> Void) -> PoolRules {
        var rules = PoolRules()
        change(&rules)
        return rules
    }

    /// The level whose target a block of the trial chain must meet: one hash of a thousand.
    public static let blockLevel: UInt8 = 42

    /// Whether a hash is a block of the trial chain.
    public static func isBlock(_ hash: Hash256) -> Bool {
        Target(shareLevel: blockLevel)?.isMet(by: hash) ?? false
    }
}

/// A running pool and the levers that conversations need: the server in this process, or the daemon.
public protocol Endpoint: AnyObject {
    /// The plain port.
    var port: UInt16 { get }
    /// The TLS port.
    var tlsPort: UInt16 { get }
    /// The high-difficulty port, plain.
    var highPort: UInt16 { get }
    /// The address whose PROXY headers are believed.
    var proxySource: String { get }
    /// The lowest ntime of a job; nil where the pool does not tell.
    func minimumTime(of job: Job) -> UInt32?
    /// Makes another block the tip.
    func newTip() throws
    /// Makes a new job on the same tip.
    func refresh() throws
    /// Waits until the pool hands a block with this hash to its node.
    func waitForBlock(_ hash: Hash256) throws
    /// The user agent that the pool knows of an account; nil where it does not tell.
    func agent(of account: String) -> String?
    /// Begins the graceful end.
    func stop() throws
    /// Ends the pool and starts it again with what it had stored, on the same ports.
    func restart() throws
}

/// Accounts that every endpoint takes at first sight: x-only keys.
public enum Accounts {
    /// The generator of secp256k1.
    public static let first = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    /// Twice the generator.
    public static let second = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
    /// Thrice the generator; mines nowhere but where a conversation says so.
    public static let third = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
    /// What no endpoint takes.
    public static let unknown = "alice"
    /// What is answered to `unknown`.
    public static let unknownText =
        "no such account: log in with a registered name, a taproot address or 64 hex of an x-only key"
    /// What is answered to a name that is none.
    public static let badNameText =
        "a user name is ACCOUNT or ACCOUNT.worker, at most 128 printable characters"
}
