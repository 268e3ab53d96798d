/// The hard limits; habits are tighter.
enum SizeLimit {
    static let swiftFile = 600
    static let cFile = 800
    static let headerCode = 300
    static let function = 70
    static let swiftLine = 120
    static let cLine = 100
}

extension House {
    /// Files, functions and lines beyond the limits.
    static func sizes(of file: SourceFile) -> [Finding] {
        file.isGenerated ? [] : fileSize(of: file) + lineLengths(in: file) + functionSizes(in: file)
    }

    private static func fileSize(of file: SourceFile) -> [Finding] {
        let lineCount = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        let (count, limit, unit) =
            switch file.language {
            case .swift: (lineCount, SizeLimit.swiftFile, "lines")
            case .c: (lineCount, SizeLimit.cFile, "lines")
            case .header: (file.codeLineCount, SizeLimit.headerCode, "code lines")
            }
        return count > limit ? [file.finding(1, "file of \(count) \(unit), at most \(limit)")] : []
    }

    private static func lineLengths(in file: SourceFile) -> [Finding] {
        let limit = file.language == .swift ? SizeLimit.swiftLine : SizeLimit.cLine
        return file.lines.enumerated().compactMap { index, line in
            let length = line.utf8.count > limit ? line.unicodeScalars.count : 0
            return length > limit ? file.finding(index + 1, "line of \(length) columns, at most \(limit)") : nil
        }
    }

    private static func functionSizes(in file: SourceFile) -> [Finding] {
        let functions = file.language == .swift ? swiftFunctions(in: file) : cFunctions(in: file)
        return functions.compactMap { function in
            let length = function.lastLine - function.line + 1
            return length > SizeLimit.function
                ? file.finding(function.line, "\(function.name) has \(length) lines, at most \(SizeLimit.function)")
                : nil
        }
    }

    struct Function: Equatable {
        let name: String
        let line: Int
        let lastLine: Int
    }

    /// Every `func` and `init` with a body, from the keyword to the closing brace.
    static func swiftFunctions(in file: SourceFile) -> [Function] {
        let tokens = file.tokens
        return tokens.indices.compactMap { index in
            let isFunction = tokens[index].text == "func"
            let isCall = index > 0 && tokens[index - 1].text == "."
            guard isFunction || (tokens[index].text == "init" && !isCall) else { return nil }
            guard let open = bodyStart(after: index, in: tokens) else { return nil }
            let name = isFunction && index + 1 < tokens.count ? tokens[index + 1].text : "init"
            return Function(name: name, line: tokens[index].line, lastLine: closing(open, in: tokens).line)
        }
    }

    /// The opening brace of a Swift declaration's body; nil for a requirement of a protocol.
    private static func bodyStart(after index: Int, in tokens: [Token]) -> Int? {
        let starters: Set<String> = ["func", "init", "var", "let", "case", "subscript", "associatedtype", "}"]
        var depth = 0
        for at in tokens.indices.dropFirst(index + 1) {
            switch tokens[at].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return at
            case let word where depth == 0 && starters.contains(word): return nil
            default: break
            }
        }
        return nil
    }

    /// The brace that closes the one at `open`; the last token where none does.
    private static func closing(_ open: Int, in tokens: [Token]) -> Token {
        var depth = 0
        for token in tokens[open...] {
            if token.text == "{" { depth += 1 }
            if token.text == "}" { depth -= 1 }
            if depth == 0 { return token }
        }
        return tokens[tokens.count - 1]
    }

    /// Every C function definition: at file level, a body after a closing parenthesis.
    static func cFunctions(in file: SourceFile) -> [Function] {
        CDeclaration.all(in: file).compactMap { declaration in
            guard declaration.isFunctionDefinition, let name = declaration.functionName else { return nil }
            return Function(name: name, line: declaration.line, lastLine: declaration.lastLine)
        }
    }
}
