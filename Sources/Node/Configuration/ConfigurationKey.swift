/// One key of a section: what it means, which values it takes, and where they go.
struct ConfigurationKey<Settings> {
    let name: String
    /// For the sample: one or more sentences.
    let meaning: String
    /// Goes on after "must be".
    let allowed: String
    /// Whether a message may show what was given.
    let isSecret: Bool
    /// The value in TOML; nil where the settings have none.
    let literal: (Settings) -> String?
    /// What the sample shows where there is no default.
    let example: String?
    /// Puts a value into the settings; false for one that is not allowed.
    let read: (ConfigurationValue, inout Settings) -> Bool

    /// A key with a default, which is what the settings have at first.
    init<Value>(
        _ name: String, _ path: WritableKeyPath<Settings, Value>, _ kind: ConfigurationKind<Value>, _ meaning: String
    ) {
        self.name = name
        self.meaning = meaning
        allowed = kind.allowed
        isSecret = kind.isSecret
        literal = { kind.literal($0[keyPath: path]) }
        example = nil
        read = { value, settings in
            guard let value = kind.parse(value) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }

    /// A key without a default.
    ///
    /// - Parameter example: a value in TOML for the sample.
    init<Value>(
        _ name: String, _ path: WritableKeyPath<Settings, Value?>, _ kind: ConfigurationKind<Value>, example: String,
        _ meaning: String
    ) {
        self.name = name
        self.meaning = meaning
        allowed = kind.allowed
        isSecret = kind.isSecret
        literal = { $0[keyPath: path].map(kind.literal) }
        self.example = example
        read = { value, settings in
            guard let value = kind.parse(value) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }
}

/// A section of a configuration file: its keys are the only definition of what the file may say.
protocol ConfigurationSection {
    /// The name between brackets.
    static var section: String { get }
    /// Whether the section may stand several times, in double brackets.
    static var isList: Bool { get }
    /// The sections in double brackets below this one.
    static var subsections: [String] { get }
    /// What the section is about, for the sample.
    static var purpose: String { get }
    /// All keys.
    static var keys: [ConfigurationKey<Self>] { get }
    /// Every key at its default.
    init()
}

extension ConfigurationSection {
    static var isList: Bool { false }
    static var subsections: [String] { [] }
}
