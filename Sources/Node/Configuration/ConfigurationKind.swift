internal import Bitcoin

/// What values a key takes, and how one is written.
struct ConfigurationKind<Value> {
    /// Goes on after "must be".
    let allowed: String
    /// The value; nil for one that is not allowed.
    let parse: (ConfigurationValue) -> Value?
    /// The value in TOML.
    let literal: (Value) -> String
    /// Whether a message may show what was given.
    var isSecret = false
}

extension ConfigurationKind where Value: FixedWidthInteger {
    /// An integer within a range.
    static func integer(_ range: ClosedRange<Value>) -> ConfigurationKind {
        ConfigurationKind(
            allowed: "an integer from \(range.lowerBound) to \(range.upperBound)",
            parse: { value in value.integer.flatMap { Value(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil } },
            literal: { String($0) })
    }
}

extension ConfigurationKind<Bool> {
    /// true or false.
    static var flag: ConfigurationKind {
        ConfigurationKind(allowed: "true or false", parse: \.flag, literal: { String($0) })
    }
}

extension ConfigurationKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration.
    static var choice: ConfigurationKind {
        let names = Value.allCases.map { TOMLText.quote($0.rawValue) }
        return ConfigurationKind(
            allowed: names.joined(separator: " or "), parse: { $0.text.flatMap { Value(rawValue: $0) } },
            literal: { TOMLText.quote($0.rawValue) })
    }
}

extension ConfigurationKind<Network> {
    /// A network with its name; no signet, whose blocks need a signature in the coinbase.
    static var network: ConfigurationKind {
        ConfigurationKind(
            allowed: "\"mainnet\" or \"testnet4\" or \"regtest\" (the blocks of a signet need its owner's signature)",
            parse: { value in value.text.flatMap { Network(configurationName: $0) } },
            literal: { TOMLText.quote($0.configurationName) })
    }
}

extension ConfigurationKind<String> {
    /// Text that a condition holds for.
    static func text(_ allowed: String, where condition: @escaping (String) -> Bool) -> ConfigurationKind {
        ConfigurationKind(
            allowed: allowed, parse: { $0.text.flatMap { condition($0) ? $0 : nil } }, literal: TOMLText.quote)
    }

    /// The path of a file or directory.
    static var path: ConfigurationKind { text("a path", where: { !$0.isEmpty }) }

    /// Text that no message shows.
    static var secret: ConfigurationKind {
        var kind = text("text of at least one character", where: { !$0.isEmpty })
        kind.isSecret = true
        return kind
    }

    /// A numeric address of a network interface.
    static var interface: ConfigurationKind {
        text("a numeric IPv4 or IPv6 address such as \"127.0.0.1\"", where: { IPNetwork.isAddress($0) })
    }

    /// A URL of one of some schemes, with a host.
    static func url(_ schemes: [String], example: String) -> ConfigurationKind {
        text("a URL such as \(TOMLText.quote(example))") { text in
            schemes.contains { text.hasPrefix($0 + "://") && text.utf8.count > $0.utf8.count + 3 }
                && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        }
    }
}

extension ConfigurationKind<UInt32> {
    /// 32 bits as eight hexadecimal digits.
    static var mask: ConfigurationKind {
        ConfigurationKind(
            allowed: "8 hexadecimal digits, none outside 1fffe000",
            parse: { value in
                guard let text = value.text, text.utf8.count == 8, let mask = UInt32(text, radix: 16) else {
                    return nil
                }
                return mask & ~0x1fff_e000 == 0 ? mask : nil
            },
            literal: { mask in
                let digits = String(mask, radix: 16)
                return TOMLText.quote(String(repeating: "0", count: 8 - digits.count) + digits)
            })
    }
}

extension ConfigurationKind<UInt8> {
    /// A difficulty that is a power of two, as the level of shares that have it.
    static var difficulty: ConfigurationKind {
        ConfigurationKind(
            allowed: "a difficulty that is a power of two from 2^-31 to 2^62, such as 1024 or 0.5",
            parse: { $0.number.flatMap { LevelText.level(difficulty: $0) } }, literal: LevelText.difficulty)
    }
}

extension ConfigurationKind<Duration> {
    /// A time within a range.
    static func duration(_ range: ClosedRange<Duration>) -> ConfigurationKind {
        let (least, most) = (DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
        return ConfigurationKind(
            allowed: "a time from \(least) to \(most), such as \"500ms\", \"15s\", \"10m\" or \"2h\"",
            parse: { value in
                value.text.flatMap { DurationText.duration($0) }.flatMap { range.contains($0) ? $0 : nil }
            }, literal: { TOMLText.quote(DurationText.text($0)) })
    }
}

extension ConfigurationKind {
    /// A list of at most `most` elements.
    static func list<Element>(
        _ element: ConfigurationKind<Element>, most: Int
    ) -> ConfigurationKind where Value == [Element] {
        ConfigurationKind(
            allowed: "a list of at most \(most), each \(element.allowed)",
            parse: { value in
                guard let values = value.list, values.count <= most else { return nil }
                let elements = values.compactMap { element.parse($0) }
                return elements.count == values.count ? elements : nil
            }, literal: { "[" + $0.map(element.literal).joined(separator: ", ") + "]" }, isSecret: element.isSecret)
    }
}
