/// Words that a part of the house does not say.
private enum Words {
    static let floats: Set<String> = ["Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat"]

    /// Clocks, randomness, threads and the environment: cores get time, bytes and choices as arguments.
    static let world: Set<String> = [
        "random", "randomElement", "shuffle", "shuffled", "SystemRandomNumberGenerator", "hashValue", "Hasher", "Task",
        "DispatchQueue", "getenv", "ProcessInfo",
    ]

    static let heap: Set<String> = ["malloc", "calloc", "realloc", "free"]

    static let c: Set<String> = [
        "sprintf", "vsprintf", "strcpy", "strcat", "strtol", "strtoul", "strtoll", "strtoull", "atoi", "atol", "atoll",
        "alloca", "target_clones", "__DATE__", "__TIME__",
    ]

    static let postponed = ["TODO", "FIXME", "XXX"]
}

extension House {
    /// Words banned in pure cores. `Margin` alone may compute with floating point.
    static func coreWords(in file: SourceFile) -> [Finding] {
        let tokens = file.tokens
        var found: [Finding] = []
        for (index, token) in tokens.enumerated() {
            let word = token.text
            if Words.floats.contains(word), file.room != "Margin" {
                found.append(file.finding(token.line, "\(word) in a core"))
            } else if Words.world.contains(word) {
                found.append(file.finding(token.line, "\(word) in a core"))
            } else if word == "as", tokens.follows(index, "!") {
                found.append(file.finding(token.line, "as! in a core"))
            } else if word == "Date", tokens.follows(index, "(", ")") {
                found.append(file.finding(token.line, "Date() in a core"))
            } else if word == "fatalError", tokens.follows(index, "(") {
                found.append(file.finding(token.line, "fatalError( in a core"))
            }
        }
        return found + unorderedIteration(in: file)
    }

    /// Words banned in all of Sources; programs may print.
    static func swiftWords(in file: SourceFile, isExecutable: Bool) -> [Finding] {
        let tokens = file.tokens
        var found: [Finding] = []
        for (index, token) in tokens.enumerated() {
            if token.text == "try", tokens.follows(index, "!") {
                found.append(file.finding(token.line, "try!"))
            } else if token.text == "print", tokens.follows(index, "("), !isExecutable,
                index == 0 || ![".", "func"].contains(tokens[index - 1].text)
            {
                found.append(file.finding(token.line, "print( outside a program"))
            } else if token.text == "@", tokens.follows(index, "unchecked", "Sendable"),
                !argues(above: token.line, in: file)
            {
                found.append(
                    file.finding(token.line, "@unchecked Sendable without a '// Safe:' comment directly above"))
            }
        }
        return found + postponedWork(in: file)
    }

    /// Whether the comments and attributes directly above a line hold one that starts with `// Safe:`.
    private static func argues(above line: Int, in file: SourceFile) -> Bool {
        var above = line - 1
        while above > 0 {
            let text = file.trimmed(above)
            if text.hasPrefix("// Safe:") || text.hasPrefix("/// Safe:") { return true }
            guard text.hasPrefix("//") || text.hasPrefix("@") else { return false }
            above -= 1
        }
        return false
    }

    /// Words banned in CSources.
    static func cWords(in file: SourceFile) -> [Finding] {
        let tokens = file.tokens
        let isExact = ["CHash", "CShares"].contains(file.room)
        return tokens.enumerated().compactMap { index, token in
            let word = token.text
            let isCall = tokens.follows(index, "(")
            let isBanned =
                Words.c.contains(word)
                || (word == "system" && isCall)
                || (Words.heap.contains(word) && isCall && file.room != "CStratum")
                || (["float", "double"].contains(word) && isExact)
            return isBanned ? file.finding(token.line, "\(word) in \(file.room)") : nil
        } + postponedWork(in: file)
    }

    /// Work put off in a comment; it belongs in an issue.
    private static func postponedWork(in file: SourceFile) -> [Finding] {
        let words = Words.postponed.filter { word in file.text.contains(word) }
        return file.lines.enumerated().flatMap { index, line in
            words.filter { line.holdsWord($0) }.map { file.finding(index + 1, $0) }
        }
    }
}

extension StringProtocol {
    /// Whether the text holds `word` with no letter, digit or underscore at either side.
    func holdsWord(_ word: String) -> Bool {
        guard contains(word) else { return false }
        return Token.all(in: Array(utf8)).contains { $0.text == word }
    }
}

extension [Token] {
    /// Whether the tokens after `index` read `texts`.
    func follows(_ index: Int, _ texts: String...) -> Bool {
        index + texts.count < count && texts.indices.allSatisfy { self[index + 1 + $0].text == texts[$0] }
    }
}
