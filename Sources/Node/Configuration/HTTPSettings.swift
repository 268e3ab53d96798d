/// Section `http`: the API, the metrics and the page.
public struct HTTPSettings: Sendable {
    /// Whether there is a server.
    public var isEnabled = true
    /// A numeric IPv4 or IPv6 address.
    public var address = "127.0.0.1"
    /// The port; 0 for any free one.
    public var port: UInt16 = 3380
    /// What the operator's requests carry as `Authorization: Bearer TOKEN`; nil where there are none.
    public var adminToken: String?
    /// How many registrations all clients may ask for in a minute.
    public var registrationsPerMinute: UInt32 = 60

    /// The defaults.
    public init() {}
}

extension HTTPSettings: ConfigurationSection {
    static var section: String { "http" }
    static var purpose: String { "The API, the metrics and the page. No TLS: put a proxy before it to publish it." }
    static var keys: [ConfigurationKey<HTTPSettings>] {
        [
            .init("enabled", \.isEnabled, .flag, "Whether there is a server."),
            .init("address", \.address, .interface, "The address to listen on."),
            .init("port", \.port, .integer(0...65_535), "The port; 0 takes a free one, which the log names."),
            .init(
                "admin_token", \.adminToken, .adminToken, example: "\"0123456789abcdef0123456789abcdef\"",
                "Who sends it as `Authorization: Bearer TOKEN` registers miners whatever the rule of [accounts] says."),
            .init(
                "registrations_per_minute", \.registrationsPerMinute, .integer(1...100_000),
                "How many registrations are taken from all clients together; the operator's are not counted."),
        ]
    }
}

extension ConfigurationKind<String> {
    fileprivate static var adminToken: ConfigurationKind {
        var kind = text("16 to 128 printable ASCII characters without spaces") { text in
            (16...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        }
        kind.isSecret = true
        return kind
    }
}
