/// Section `accounts`: who may mine here.
public struct AccountSettings: Sendable {
    /// Who may become a miner.
    public var rule: AccountRule = .open
    /// The codes that the rule `invite` takes.
    public var inviteCodes: [String] = []
    /// The most accounts.
    public var maximum: UInt32 = 1_000_000
    /// Who is asked about each new miner, too: an `http://` URL.
    public var webhook: String?
    /// How long the webhook may take; beyond it the miner is refused.
    public var webhookTimeout: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}

extension AccountSettings {
    /// The same for `AccountBook`.
    public var policy: AccountPolicy {
        AccountPolicy(
            rule: rule, inviteCodes: inviteCodes, asksWebhook: webhook != nil, maximumAccounts: maximum)
    }
}

extension AccountSettings: ConfigurationSection {
    static var section: String { "accounts" }
    static var purpose: String { "Who may mine here. Accounts that are there stay, whatever is said here." }
    static var keys: [ConfigurationKey<AccountSettings>] {
        [
            .init(
                "rule", \.rule, .choice,
                """
                "open": an address or key registers itself at its first login. "invite": a new miner needs a code, in \
                its password as invite=CODE or on the page. "closed": the operator alone registers miners.
                """),
            .init(
                "invite_codes", \.inviteCodes, .list(.inviteCode, most: 1000),
                "The codes for the rule \"invite\"; each may be used any number of times."),
            .init(
                "maximum", \.maximum, .integer(1...100_000_000),
                "The most accounts; each takes about 300 bytes of memory and of disk. Beyond it new ones are refused."),
            .init(
                "webhook", \.webhook, .url(["http"], example: "http://127.0.0.1:9000/approve"),
                example: "\"http://127.0.0.1:9000/approve\"",
                """
                A service that is asked about each new miner that the rule lets in: POST of {"key":...,"name":...}; \
                any answer but 200 refuses. No TLS: keep it on this machine.
                """),
            .init(
                "webhook_timeout", \.webhookTimeout, .duration(.milliseconds(100) ... .seconds(20)),
                "How long the webhook may take; beyond it the miner is refused, and may try again."),
        ]
    }
}

extension ConfigurationKind<String> {
    /// A code that fits into a miner's password.
    fileprivate static var inviteCode: ConfigurationKind {
        var kind = text("8 to 64 printable ASCII characters, no space, comma or semicolon") { text in
            (8...64).contains(text.utf8.count)
                && text.utf8.allSatisfy {
                    (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";")
                }
        }
        kind.isSecret = true
        return kind
    }
}
