/// Who may become a miner of this MSP.
public enum AccountRule: String, Hashable, Sendable, CaseIterable {
    /// Whoever comes: an address or a key registers itself when it first authorizes.
    case open
    /// Who has an invite code.
    case invite
    /// Who the operator registers.
    case closed
}

/// What decides about new miners.
public struct AccountPolicy: Hashable, Sendable {
    /// Who may become a miner.
    public var rule: AccountRule
    /// The codes that the rule `invite` takes, each any number of times.
    public var inviteCodes: [String]
    /// Whether a new miner is also put before the operator's webhook.
    public var asksWebhook: Bool
    /// The most accounts, those of before included.
    public var maximumAccounts: UInt32

    /// A policy.
    public init(
        rule: AccountRule = .open, inviteCodes: [String] = [], asksWebhook: Bool = false,
        maximumAccounts: UInt32 = 1_000_000
    ) {
        self.rule = rule
        self.inviteCodes = inviteCodes
        self.asksWebhook = asksWebhook
        self.maximumAccounts = maximumAccounts
    }
}
