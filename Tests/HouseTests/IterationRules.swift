// Dictionaries and sets have no order, or another one in every process: a core that walks one computes something else
// at every MSP. Without type information this is a heuristic. It knows the names that the same file declares with a
// dictionary's or set's type or initial value, and looks for
//   - `for … in` over such a name, or over any `.keys` or `.values`, and
//   - `.keys`, `.values`, `.map`, `.first` and the like on such a name,
// where no `sorted` stands in the loop's head, or after the member in the same expression. A name declared in another
// file, or hidden in a function's result, escapes it.

extension House {
    /// Members of a dictionary or set whose result depends on its order.
    private static let orderedMembers: Set<String> = [
        "keys", "values", "map", "flatMap", "compactMap", "forEach", "reduce", "first", "makeIterator", "enumerated",
        "popFirst", "lazy", "prefix", "dropFirst",
    ]

    /// What may follow `.keys` or `.values`: the answer is the same in every order.
    private static let orderlessMembers: Set<String> = [
        "sorted", "count", "isEmpty", "contains", "max", "min", "allSatisfy",
    ]

    static func unorderedIteration(in file: SourceFile) -> [Finding] {
        let tokens = file.tokens
        let names = unorderedNames(in: tokens)
        var found: Set<Int> = []
        for index in tokens.indices {
            if tokens[index].text == "for", let head = loopHead(after: index, in: tokens),
                walks(head, over: names)
            {
                found.insert(tokens[index].line)
            } else if names.contains(tokens[index].text), usesOrder(index, in: tokens) {
                found.insert(tokens[index].line)
            }
        }
        return found.sorted().map { file.finding($0, "unsorted walk over a Dictionary or Set in a core") }
    }

    /// Names that the file declares as dictionaries or sets: `name: [K: V]`, `name: Set<T>`, `name = Set(…)` and so on.
    static func unorderedNames(in tokens: [Token]) -> Set<String> {
        var names: Set<String> = []
        for index in tokens.indices.dropFirst() where [":", "="].contains(tokens[index].text) {
            let name = tokens[index - 1]
            guard name.isWord, index + 1 < tokens.count else { continue }
            var at = index + 1
            if tokens[at].text == "inout" { at += 1 }
            guard at + 1 < tokens.count else { continue }
            let isNamed = ["Set", "Dictionary"].contains(tokens[at].text) && ["<", "("].contains(tokens[at + 1].text)
            if isNamed || isDictionary(at, in: tokens) { names.insert(name.text) }
        }
        return names
    }

    /// Whether a bracket opens at `start` that holds a colon at its own level.
    private static func isDictionary(_ start: Int, in tokens: [Token]) -> Bool {
        guard tokens[start].text == "[" else { return false }
        var depth = 0
        for token in tokens[start...] {
            switch token.text {
            case "[", "(", "{": depth += 1
            case "]", ")", "}": depth -= 1
            case ":" where depth == 1: return true
            case "?" where depth == 1: return false
            default: break
            }
            if depth == 0 { return false }
        }
        return false
    }

    /// The expression that a `for` loop walks: between `in` and the body or `where`.
    private static func loopHead(after start: Int, in tokens: [Token]) -> ArraySlice<Token>? {
        guard let from = tokens[start...].prefix(40).firstIndex(where: { $0.text == "in" }) else { return nil }
        var depth = 0
        for at in tokens.indices.dropFirst(from + 1) {
            let text = tokens[at].text
            if depth == 0, text == "{" || text == "where" { return tokens[(from + 1)..<at] }
            if text == "(" || text == "[" { depth += 1 }
            if text == ")" || text == "]" { depth -= 1 }
        }
        return nil
    }

    private static func walks(_ head: ArraySlice<Token>, over names: Set<String>) -> Bool {
        if head.contains(where: { $0.text == "sorted" }) { return false }
        if let first = head.first, first.text == "Set" || first.text == "Dictionary" { return true }
        if let last = head.last, let dot = head.dropLast().last, dot.text == "." {
            if last.text == "keys" || last.text == "values" { return true }
        }
        return head.last.map { names.contains($0.text) } ?? false
    }

    /// Whether the name at `index` is followed by a member that depends on order, with nothing to mend it.
    private static func usesOrder(_ index: Int, in tokens: [Token]) -> Bool {
        let member = index + 2
        guard member < tokens.count, tokens[index + 1].text == ".", orderedMembers.contains(tokens[member].text)
        else { return false }
        if ["keys", "values"].contains(tokens[member].text), tokens.follows(member, "."), member + 2 < tokens.count,
            orderlessMembers.contains(tokens[member + 2].text)
        {
            return false
        }
        return !isSorted(after: member, in: tokens)
    }

    /// Whether `.sorted` follows in the chain of calls that begins at `start`.
    private static func isSorted(after start: Int, in tokens: [Token]) -> Bool {
        var depth = 0
        for at in tokens.indices.dropFirst(start + 1) {
            let text = tokens[at].text
            if "({[".contains(text) {
                depth += 1
            } else if ")}]".contains(text) {
                depth -= 1
                if depth < 0 { return false }
            } else if depth == 0 {
                if text == "sorted" { return true }
                let continues = text == "." || tokens[at - 1].text == "."
                if !continues { return false }
            }
        }
        return false
    }
}
