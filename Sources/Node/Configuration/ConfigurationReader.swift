internal import TOMLKit

/// Reads the sections of one file, and remembers what may be overridden by the environment.
struct ConfigurationReader {
    private let file: String
    private let document: TOMLTable
    private let lines: ConfigurationLines
    private let environment: [String: String]

    /// All section names, and the names of the keys of each.
    private var known: [(section: String, keys: [String])] = []
    private var usedVariables: Set<String> = []

    /// Takes a file apart.
    ///
    /// - Parameters:
    ///   - file: its name for messages.
    ///   - environment: variables that override keys; empty for a file that none do.
    init(file: String, text: String, environment: [String: String]) throws(ConfigurationError) {
        self.file = file
        self.environment = environment
        lines = ConfigurationLines(text)
        do {
            document = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let words = error.description.split(whereSeparator: \.isNewline).joined(separator: " ")
            throw ConfigurationError(file: file, line: error.source.begin.line, key: nil, "not TOML: \(words)")
        } catch {
            throw ConfigurationError(file: file, line: nil, key: nil, "not TOML")
        }
    }

    /// An error about a key: `path` as `ConfigurationLines` has it.
    func error(_ path: String, _ problem: String) -> ConfigurationError {
        let line = lines.line(of: path)
        return ConfigurationError(file: file, line: line, key: Self.withoutNumber(path), problem)
    }

    /// Reads a section that stands once or not at all, over what `settings` has.
    mutating func read<Section: ConfigurationSection>(_ settings: inout Section) throws(ConfigurationError) {
        known.append((Section.section, Section.keys.map(\.name)))
        if let value = try value(at: Section.section) {
            guard let table = value.table else {
                throw error(Section.section, "must be a section: [\(Section.section)]")
            }
            try read(table, Section.section, &settings)
        }
        try override(Self.variable(Section.section), &settings)
    }

    /// Reads the sections of a name in double brackets.
    mutating func readList<Section: ConfigurationSection>(
        _ type: Section.Type, most: Int
    ) throws(ConfigurationError) -> [Section] {
        let name = Section.section
        known.append((name, Section.keys.map(\.name)))
        guard let value = try value(at: name) else { return [] }
        guard let array = value.array else {
            throw error(name, "must be sections in double brackets: [[\(name)]]")
        }
        guard array.count <= most else {
            throw error("\(name)#\(most)", "there may be at most \(most) of [[\(name)]]")
        }
        var sections: [Section] = []
        for index in 0..<array.count {
            guard let table = array[index].table else {
                throw error(name, "must be sections in double brackets: [[\(name)]]")
            }
            var section = Section()
            try read(table, "\(name)#\(index)", &section)
            try override("\(Self.variable(name))_\(index + 1)", &section)
            sections.append(section)
        }
        return sections
    }

    /// Refuses sections and variables that nobody has read; to be called at the end.
    func finish() throws(ConfigurationError) {
        let sections = known.map(\.section)
        for name in document.keys.sorted() where !sections.contains(where: { Self.top($0) == name }) {
            let all = sections.filter { !$0.contains(".") }.joined(separator: ", ")
            throw error(name, "no such section; there are \(all)")
        }
        for variable in environment.keys.sorted() where !usedVariables.contains(variable) {
            // The longest name first: RADPOOL_STRATUM_LISTEN_ is of another section than RADPOOL_STRATUM_.
            let sections = known.sorted { $0.section.utf8.count > $1.section.utf8.count }
            if let (section, keys) = sections.first(where: { variable.hasPrefix(Self.variable($0.section) + "_") }) {
                let all = keys.joined(separator: ", ")
                throw ConfigurationError("\(variable): no such key; \(section) has \(all)")
            }
        }
    }

    // MARK: Parts

    private func read<Section: ConfigurationSection>(
        _ table: TOMLTable, _ path: String, _ settings: inout Section
    ) throws(ConfigurationError) {
        for name in table.keys.sorted() {
            guard let value = table[name] else { continue }
            if let key = Section.keys.first(where: { $0.name == name }) {
                let value = ConfigurationValue(value)
                guard key.read(value, &settings) else {
                    throw error("\(path).\(name)", Self.refusal(key, value))
                }
            } else if !Section.subsections.contains(name) {
                let all = (Section.keys.map(\.name) + Section.subsections).joined(separator: ", ")
                throw error("\(path).\(name)", "no such key; \(Section.section) has \(all)")
            }
        }
    }

    private mutating func override<Section: ConfigurationSection>(
        _ prefix: String, _ settings: inout Section
    ) throws(ConfigurationError) {
        for key in Section.keys {
            let variable = "\(prefix)_\(key.name.uppercased())"
            guard let text = environment[variable] else { continue }
            usedVariables.insert(variable)
            let value = ConfigurationValue.environment(text)
            guard key.read(value, &settings) else {
                throw ConfigurationError("\(variable): \(Self.refusal(key, value))")
            }
        }
    }

    /// The value at a section's name, of which the part before the dot may be missing.
    private func value(at section: String) throws(ConfigurationError) -> (any TOMLValueConvertible)? {
        let parts = section.split(separator: ".").map(String.init)
        guard parts.count == 2 else { return document[section] }
        return document[parts[0]]?.table?[parts[1]]
    }

    private static func refusal<Settings>(
        _ key: ConfigurationKey<Settings>, _ value: ConfigurationValue
    ) -> String {
        "must be \(key.allowed)" + (key.isSecret ? "" : ", not \(value)")
    }

    private static func variable(_ section: String) -> String {
        "RADPOOL_" + section.uppercased().split(separator: ".").joined(separator: "_")
    }

    private static func top(_ section: String) -> String {
        String(section.prefix { $0 != "." })
    }

    /// `stratum.listen#0.port` as it stands in the file: `stratum.listen.port`.
    private static func withoutNumber(_ path: String) -> String {
        guard let start = path.firstIndex(of: "#") else { return path }
        return String(path[..<start] + path[start...].drop { $0 != "." })
    }
}
