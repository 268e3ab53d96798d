import StratumConversations

/// What the daemon of a test is configured with.
struct DaemonSettings {
    /// What conversations ask for.
    var rules = PoolRules()
    /// Whether the API is served, on a free port.
    var servesAPI = false
    /// Lines of the section `bitcoin`; without a node among them the daemon runs its own.
    var bitcoin: [String] = []
    /// Lines of the section `accounts`.
    var accounts: [String] = []

    /// Rules under which refused shares never end a connection, and many shares never raise their level.
    static let patient = DaemonSettings(
        rules: .with { rules in
            rules.refusalBurst = 100_000
            rules.refusalsPerMinute = 100_000
            rules.levels = 33...33
            rules.highLevel = 33
            rules.highStartLevel = 33
        })

    /// The same but for some.
    func with(_ change: (inout DaemonSettings) -> Void) -> DaemonSettings {
        var settings = self
        change(&settings)
        return settings
    }
}
