/// Section `log`: what is written to standard error.
public struct LogSettings: Sendable {
    /// The least grave messages that are written.
    public enum Level: String, Sendable, CaseIterable {
        /// Every step of everything.
        case trace
        /// What helps to find a mistake.
        case debug
        /// What happens in a normal day.
        case info
        /// What is worth a look, and all that follows.
        case notice
        /// What may become a problem.
        case warning
        /// What failed.
        case error
        /// What ends the program.
        case critical
    }

    /// The form of a message.
    public enum Format: String, Sendable, CaseIterable {
        /// A line to read.
        case text
        /// A JSON object a line.
        case json
    }

    /// The least grave messages that are written.
    public var level: Level = .info
    /// The form of a message.
    public var format: Format = .text

    /// The defaults.
    public init() {}
}

extension LogSettings: ConfigurationSection {
    static var section: String { "log" }
    static var purpose: String { "What is written to standard error, one message a line. No secret is ever in it." }
    static var keys: [ConfigurationKey<LogSettings>] {
        [
            .init("level", \.level, .choice, "The least grave messages that are written."),
            .init("format", \.format, .choice, "Lines to read, or a JSON object a line."),
        ]
    }
}
