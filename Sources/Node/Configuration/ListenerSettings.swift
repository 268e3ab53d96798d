/// Section `stratum.listen`: a port that miners connect to.
public struct ListenerSettings: Hashable, Sendable {
    /// A numeric IPv4 or IPv6 address.
    public var address = "0.0.0.0"
    /// The port; 0 for any free one.
    public var port: UInt16 = 3333
    /// Whether it speaks TLS.
    public var tls = false
    /// The level that a new miner begins with, 33 ... 126.
    public var startLevel: UInt8 = 74
    /// The level that no miner of this port gets below, 33 ... 126; nil for the syndicate's lowest.
    public var minimumLevel: UInt8?

    /// The usual port.
    public init() {}
}

extension ListenerSettings: ConfigurationSection {
    static var section: String { "stratum.listen" }
    static var isList: Bool { true }
    static var purpose: String {
        """
        A port for miners, at most 16. Without any, one with all defaults. A port for large machines is one with a \
        high `start_difficulty` and `minimum_difficulty`.
        """
    }
    static var keys: [ConfigurationKey<ListenerSettings>] {
        [
            .init("address", \.address, .interface, "The address to listen on; \"::\" for IPv6."),
            .init("port", \.port, .integer(0...65_535), "The port; 0 takes a free one, which the log names."),
            .init("tls", \.tls, .flag, "Whether it speaks TLS, with `tls_certificate` and `tls_key` of [stratum]."),
            .init(
                "start_difficulty", \.startLevel, .difficulty,
                "What a new miner begins with, unless it asks for another or mined here before."),
            .init(
                "minimum_difficulty", \.minimumLevel, .difficulty, example: "65536",
                "What no miner of this port gets below. Without it: the syndicate's lowest."),
        ]
    }
}
