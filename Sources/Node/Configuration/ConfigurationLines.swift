/// On which line of a TOML file a key stands, which its parser does not tell.
///
/// A path is the section, for one in double brackets `#` and its number from 0, a dot and the key. A key that stands in
/// no line of its own, such as one of an inline table, has its parent's line.
struct ConfigurationLines {
    private var lines: [String: Int] = [:]

    init(_ text: String) {
        var section = ""
        var counts: [String: Int] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.hasPrefix("[[") {
                let name = Self.path(line.dropFirst(2).prefix { $0 != "]" })
                section = "\(name)#\(counts[name, default: 0])"
                counts[name, default: 0] += 1
                note(section, index + 1)
            } else if line.hasPrefix("[") {
                section = Self.path(line.dropFirst().prefix { $0 != "]" })
                note(section, index + 1)
            } else if !line.hasPrefix("#"), let end = line.firstIndex(of: "=") {
                let key = Self.path(line[..<end])
                note(section.isEmpty ? key : "\(section).\(key)", index + 1)
            }
        }
    }

    /// The line, counted from 1; nil for a path of which nothing stands in the file.
    func line(of path: String) -> Int? {
        var path = Substring(path)
        while true {
            if let line = lines[String(path)] { return line }
            guard let end = path.lastIndex(where: { $0 == "." || $0 == "#" }) else { return nil }
            path = path[..<end]
        }
    }

    private mutating func note(_ path: String, _ line: Int) {
        if lines[path] == nil { lines[path] = line }
    }

    /// A dotted key without the spaces and quotation marks that TOML allows around its parts.
    private static func path(_ key: Substring) -> String {
        key.split(separator: ".")
            .map { part in String(part.filter { !" \t\r\"'".contains($0) }) }
            .joined(separator: ".")
    }
}
