// What the rules read: source text without comments and string contents, cut into tokens. A scanner of this size
// does not know everything (regular expression literals, braces that an #if leaves unbalanced); it needs to know
// only what this house writes.

/// A word (letters, digits, underscores) or one other character, and its line counted from 1.
struct Token: Equatable {
    let text: String
    let line: Int

    static func all(in code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var at = 0
        while at < code.count {
            let start = at
            while at < code.count, isWord(code[at]) { at += 1 }
            if at > start {
                tokens.append(Token(text: String(decoding: code[start..<at], as: UTF8.self), line: line))
                continue
            }
            if code[at] == Mark.newline {
                line += 1
            } else if code[at] > Mark.space {
                tokens.append(Token(text: String(UnicodeScalar(code[at])), line: line))
            }
            at += 1
        }
        return tokens
    }

    /// For every byte whether it belongs to a word. A table, like `Mark`, because every byte of the house passes here
    /// in a debug build.
    private static let wordBytes: [Bool] = (0...UInt8.max).map { byte in
        let character = Character(UnicodeScalar(byte))
        return byte >= 0x80 || character.isLetter || character.isNumber || character == "_"
    }

    static func isWord(_ byte: UInt8) -> Bool {
        wordBytes[Int(byte)]
    }

    var isWord: Bool { text.utf8.first.map(Token.isWord) ?? false }
}

/// The bytes that the scanner looks for.
private enum Mark {
    static let newline: UInt8 = 0x0A
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let hash: UInt8 = 0x23
    static let apostrophe: UInt8 = 0x27
    static let open: UInt8 = 0x28
    static let close: UInt8 = 0x29
    static let star: UInt8 = 0x2A
    static let slash: UInt8 = 0x2F
    static let backslash: UInt8 = 0x5C
}

/// Replaces comments and the contents of strings by spaces; line breaks, quotation marks and Swift's interpolated
/// expressions stay.
struct Blanker {
    private let source: [UInt8]
    private let language: Language
    private var out: [UInt8]
    private var at = 0

    init(_ source: [UInt8], _ language: Language) {
        self.source = source
        self.language = language
        out = source
    }

    mutating func blanked() -> [UInt8] {
        code(inInterpolation: false)
        return out
    }

    private func sees(_ mark: UInt8, ahead: Int = 0) -> Bool {
        at + ahead < source.count && source[at + ahead] == mark
    }

    private func seesPair(_ first: UInt8, _ second: UInt8) -> Bool {
        sees(first) && sees(second, ahead: 1)
    }

    private func seesLongQuote() -> Bool {
        seesPair(Mark.quote, Mark.quote) && sees(Mark.quote, ahead: 2)
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where at < source.count {
            if source[at] != Mark.newline { out[at] = Mark.space }
            at += 1
        }
    }

    /// Code to the end of the source, or to the parenthesis that closes an interpolation.
    private mutating func code(inInterpolation: Bool) {
        var depth = 0
        while at < source.count {
            switch source[at] {
            case Mark.slash where sees(Mark.slash, ahead: 1):
                while at < source.count, source[at] != Mark.newline { blank(1) }
            case Mark.slash where sees(Mark.star, ahead: 1):
                blockComment()
            case Mark.quote:
                string(hashes: 0)
            case Mark.hash where language == .swift:
                poundSign()
            case Mark.apostrophe where language != .swift:
                character()
            case Mark.close where inInterpolation && depth == 0:
                return
            case Mark.open, Mark.close:
                depth += source[at] == Mark.open ? 1 : -1
                at += 1
            default:
                at += 1
            }
        }
    }

    /// Swift's block comments nest; C's end at the first closing mark.
    private mutating func blockComment() {
        var depth = 0
        repeat {
            if seesPair(Mark.slash, Mark.star), depth == 0 || language == .swift {
                depth += 1
                blank(2)
            } else if seesPair(Mark.star, Mark.slash) {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && at < source.count
    }

    private mutating func poundSign() {
        var hashes = 0
        while sees(Mark.hash, ahead: hashes) { hashes += 1 }
        if sees(Mark.quote, ahead: hashes) {
            blank(hashes)
            string(hashes: hashes)
        } else {
            at += hashes
        }
    }

    private func seesHashes(_ count: Int, ahead: Int) -> Bool {
        (0..<count).allSatisfy { sees(Mark.hash, ahead: ahead + $0) }
    }

    private mutating func string(hashes: Int) {
        let isLong = language == .swift && seesLongQuote()
        let marks = isLong ? 3 : 1
        at += 1
        blank(marks - 1)
        while at < source.count {
            let closes = isLong ? seesLongQuote() : sees(Mark.quote)
            if closes, seesHashes(hashes, ahead: marks) {
                at += 1
                blank(marks - 1 + hashes)
                return
            }
            if !isLong, sees(Mark.newline) { return }
            if sees(Mark.backslash), seesHashes(hashes, ahead: 1) {
                blank(1 + hashes)
                if language == .swift, sees(Mark.open) {
                    at += 1
                    code(inInterpolation: true)
                    at += 1
                    continue
                }
            }
            blank(1)
        }
    }

    private mutating func character() {
        at += 1
        while at < source.count, !sees(Mark.apostrophe), !sees(Mark.newline) {
            blank(sees(Mark.backslash) ? 2 : 1)
        }
        at += 1
    }
}

/// Takes the preprocessor directives out of blanked C.
struct DirectiveSplitter {
    private(set) var directives: [(line: Int, text: String)] = []
    private let code: [UInt8]

    init(_ code: [UInt8]) {
        self.code = code
    }

    mutating func withoutDirectives() -> [UInt8] {
        var rest: [UInt8] = []
        var continues = false
        let lines = code.split(separator: Mark.newline, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            let starts = !continues && text.drop(while: { $0 == " " || $0 == "\t" }).hasPrefix("#")
            if starts {
                directives.append((index + 1, text))
            } else if continues {
                directives[directives.count - 1].text += "\n" + text
            } else {
                rest += line
            }
            rest.append(Mark.newline)
            continues = (starts || continues) && text.hasSuffix("\\")
        }
        return rest
    }
}
