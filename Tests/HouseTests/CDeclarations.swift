/// A declaration or definition at file level in C: its tokens to the closing semicolon or brace.
struct CDeclaration {
    let tokens: [Token]

    var line: Int { tokens.first?.line ?? 0 }
    var lastLine: Int { tokens.last?.line ?? 0 }

    static func all(in file: SourceFile) -> [CDeclaration] {
        var found: [CDeclaration] = []
        var current: [Token] = []
        var depth = 0
        var isBody = false
        for token in file.declarations {
            if depth == 0, token.text == "{" { isBody = current.last?.text == ")" }
            current.append(token)
            if "({[".contains(token.text) { depth += 1 }
            if ")}]".contains(token.text) { depth -= 1 }
            guard depth == 0, token.text == ";" || (token.text == "}" && isBody) else { continue }
            if current.count > 1 { found.append(CDeclaration(tokens: current)) }
            current = []
            isBody = false
        }
        return found
    }

    var isFunctionDefinition: Bool {
        tokens.last?.text == "}" && functionName != nil
    }

    var isAssertion: Bool { tokens.first?.text == "_Static_assert" }
    var isTypedef: Bool { tokens.first?.text == "typedef" }

    /// The tokens outside every bracket, attributes (`__attribute__((…))`, `RP_…(…)`) left out.
    private var outline: [Token] {
        var depth = 0
        var found: [Token] = []
        for token in tokens {
            if "({[".contains(token.text) {
                if depth == 0 { found.append(token) }
                depth += 1
            } else if ")}]".contains(token.text) {
                depth -= 1
                if depth == 0, let word = found.dropLast().last?.text, word.hasPrefix("__attribute"),
                    found.last?.text == "("
                {
                    found.removeLast(2)
                }
            } else if depth == 0 {
                found.append(token)
            }
        }
        return found
    }

    /// The name before the first parameter list; nil where there is none.
    var functionName: String? {
        let outline = outline
        if isTypedef || outline.contains(where: { $0.text == "=" }) { return nil }
        for (index, token) in outline.enumerated().dropFirst() where token.text == "(" {
            let name = outline[index - 1]
            if name.isWord, !name.text.hasPrefix("RP_") { return name.text }
        }
        return nil
    }

    /// What the declaration makes known to its includers: a function, type, tag or variable.
    var symbols: [String] {
        if isAssertion { return [] }
        if let functionName { return [functionName] }
        if isTypedef, let name = functionPointerName { return [name] }
        let outline = outline.prefix { $0.text != "=" && $0.text != "[" }.filter { !$0.text.hasPrefix("RP_") }
        var names: [String] = []
        for (index, token) in outline.enumerated() where ["struct", "enum", "union"].contains(token.text) {
            let next = outline.dropFirst(index + 1).first
            if let next, next.isWord { names.append(next.text) }
        }
        // Behind a definition's closing brace only a typedef or a variable leaves a word.
        if let last = outline.last(where: { $0.isWord }), !["struct", "enum", "union"].contains(last.text),
            !names.contains(last.text)
        {
            names.append(last.text)
        }
        return names
    }

    /// `name` in `typedef result (*name)(parameters)`.
    private var functionPointerName: String? {
        guard let star = tokens.firstIndex(where: { $0.text == "(" }), star + 2 < tokens.count,
            tokens[star + 1].text == "*"
        else { return nil }
        return tokens[star + 2].text
    }

    /// The constants of an enumeration.
    var enumConstants: [Token] {
        guard tokens.contains(where: { $0.text == "enum" }),
            let open = tokens.firstIndex(where: { $0.text == "{" })
        else { return [] }
        var found: [Token] = []
        var depth = 0
        var isNext = true
        for token in tokens[(open + 1)...] {
            if token.text == "}", depth == 0 { break }
            if isNext, token.isWord { found.append(token) }
            isNext = depth == 0 && token.text == ","
            if "({[".contains(token.text) { depth += 1 }
            if ")}]".contains(token.text) { depth -= 1 }
        }
        return found
    }
}
