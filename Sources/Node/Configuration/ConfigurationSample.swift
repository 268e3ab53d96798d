extension Configuration {
    /// The configuration as a file in which every key is explained.
    ///
    /// A key that has its default is commented out; so is an example of every section and key that there is none of.
    public var sample: String {
        var writer = SampleWriter()
        writer.write(comment: "The configuration of radpoold. Every key is here; one behind # shows its default.")
        writer.write(
            comment: "The environment goes before the file: RADPOOL_HTTP_PORT=80 is `port` of [http], "
                + "RADPOOL_STRATUM_LISTEN_1_PORT that of the first [[stratum.listen]].")
        writer.write(pool)
        writer.write(bitcoin)
        writer.write(list: bitcoin.nodes)
        writer.write(stratum)
        writer.write(list: stratum.listeners)
        writer.write(accounts)
        writer.write(http)
        writer.write(log)
        return writer.text
    }
}

/// Writes sections with an explanation before each key.
struct SampleWriter {
    private(set) var text = ""

    private static let lineLength = 100

    /// A section that stands once.
    mutating func write<Section: ConfigurationSection>(_ section: Section) {
        write(header: Section.self, "[\(Section.section)]")
        for key in Section.keys { write(key, of: section, isExample: false) }
    }

    /// Sections in double brackets; an example behind # where there is none.
    mutating func write<Section: ConfigurationSection>(list sections: [Section]) {
        guard let first = sections.first else {
            write(header: Section.self, "#[[\(Section.section)]]")
            for key in Section.keys { write(key, of: Section(), isExample: true) }
            return
        }
        write(header: Section.self, "[[\(Section.section)]]")
        for key in Section.keys { write(key, of: first, isExample: false) }
        for section in sections.dropFirst() {
            text += "\n[[\(Section.section)]]\n"
            for key in Section.keys {
                if let literal = key.literal(section) { text += "\(key.name) = \(literal)\n" }
            }
        }
    }

    /// A section in which every key that has a value stands, also where it is the default.
    mutating func write<Section: ConfigurationSection>(explicit section: Section) {
        write(header: Section.self, Section.isList ? "[[\(Section.section)]]" : "[\(Section.section)]")
        for key in Section.keys {
            guard let literal = key.literal(section) else { continue }
            write(comment: key.meaning)
            text += "\(key.name) = \(literal)\n"
        }
    }

    /// Lines that begin with # and a space, broken between words.
    mutating func write(comment: String) {
        var line = "#"
        for word in comment.split(separator: " ") {
            if line.count + 1 + word.count > Self.lineLength {
                text += line + "\n"
                line = "#"
            }
            line += " " + word
        }
        text += line + "\n"
    }

    private mutating func write<Section: ConfigurationSection>(header type: Section.Type, _ header: String) {
        text += "\n"
        write(comment: Section.purpose)
        text += header + "\n"
    }

    private mutating func write<Section: ConfigurationSection>(
        _ key: ConfigurationKey<Section>, of section: Section, isExample: Bool
    ) {
        write(comment: key.meaning)
        write(comment: "Takes \(key.allowed).")
        let fallback = key.literal(Section())
        let literal = key.literal(section)
        let isDefault = isExample || literal == fallback
        let value = (isExample ? key.example : nil) ?? literal ?? key.example ?? ""
        text += (isDefault ? "#" : "") + "\(key.name) = \(value)\n"
    }
}
