extension House {
    /// Public declarations of Swift without a documentation comment directly above them and their attributes.
    static func undocumented(in file: SourceFile) -> [Finding] {
        let tokens = file.tokens
        return tokens.indices.dropLast().compactMap { index in
            guard declares(tokens[index].text, tokens[index + 1]) else { return nil }
            let line = tokens[index].line
            return isDocumented(line, in: file) ? nil : file.finding(line, "public declaration without a '///' comment")
        }
    }

    /// Whether the two words begin a declaration that wants documentation. `open` is an ordinary name elsewhere.
    private static func declares(_ access: String, _ next: Token) -> Bool {
        switch access {
        case "public": next.isWord && !["import", "extension"].contains(next.text)
        case "open": ["class", "func", "var", "subscript", "init", "override", "static"].contains(next.text)
        default: false
        }
    }

    private static func isDocumented(_ line: Int, in file: SourceFile) -> Bool {
        var above = line - 1
        while file.trimmed(above).hasPrefix("@") { above -= 1 }
        return file.trimmed(above).hasPrefix("///")
    }

    /// Breaches of the rules for public C headers: a comment directly above every declaration, `rp_` before every
    /// symbol and `RP_` before every macro and enumeration constant.
    static func header(_ file: SourceFile) -> [Finding] {
        let declarations = CDeclaration.all(in: file)
        let silent = declarations.filter { !$0.isAssertion && !isCommented($0.line, in: file) }
            .map { file.finding($0.line, "declaration without a comment directly above") }
        let symbols = declarations.flatMap { declaration in
            declaration.symbols.filter { !$0.hasPrefix("rp_") }
                .map { file.finding(declaration.line, "symbol \($0) does not start with rp_") }
        }
        let constants = declarations.flatMap(\.enumConstants).filter { !$0.text.hasPrefix("RP_") }
            .map { file.finding($0.line, "constant \($0.text) does not start with RP_") }
        let macros: [Finding] = file.directives.compactMap { directive in
            let words = Token.all(in: Array(directive.text.utf8)).prefix(3).map(\.text)
            guard words.count == 3, words[1] == "define", !words[2].hasPrefix("RP_") else { return nil }
            return file.finding(directive.line, "macro \(words[2]) does not start with RP_")
        }
        return silent + symbols + constants + macros
    }

    private static func isCommented(_ line: Int, in file: SourceFile) -> Bool {
        let above = file.trimmed(line - 1)
        return above.hasSuffix("*/") || above.hasPrefix("//")
    }
}
