import Foundation

/// One call of a trace that `strace -f -y -xx` wrote: paths stand behind descriptors, and all texts are hexadecimal.
struct SystemCall: Equatable {
    /// The thread that called.
    let thread: Substring
    let name: Substring
    /// The path of the first argument's descriptor, or a socket's `socket:[N]`; empty for no descriptor.
    let file: String
    /// All other bytes that the arguments show, one after the other.
    let bytes: [UInt8]
    /// The last argument, which is the offset of a pwrite64.
    let lastArgument: Int?
    /// The line at which the call began.
    let began: Int
    /// The line at which it had returned; nil for one that never did.
    let returned: Int?
    /// What it returned; nil for one that never did.
    let result: Int?

    /// How a line ends whose call goes on in a later one.
    private static let unfinished = " <unfinished ...>"

    /// The calls of a trace in the order in which they began.
    static func all(in trace: String) -> [SystemCall] {
        var calls: [SystemCall] = []
        // What began on a thread and goes on in a later line.
        var open: [Substring: (index: Int, text: String)] = [:]
        for (number, line) in trace.split(separator: "\n").enumerated() {
            guard let space = line.firstIndex(of: " ") else { continue }
            let thread = line[..<space]
            let text = line[space...].drop { $0 == " " }
            if let first = open[thread], let mark = text.range(of: " resumed>") {
                let whole = first.text + text[mark.upperBound...]
                open[thread] = nil
                calls[first.index] =
                    SystemCall(
                        thread, whole[...], began: calls[first.index].began, returned: number) ?? calls[first.index]
            } else if text.hasSuffix(unfinished) {
                let beginning = text.dropLast(unfinished.count)
                guard let call = SystemCall(thread, beginning, began: number, returned: nil) else { continue }
                open[thread] = (calls.count, String(beginning))
                calls.append(call)
            } else if let call = SystemCall(thread, text, began: number, returned: number) {
                calls.append(call)
            }
        }
        return calls
    }

    /// Reads `name(arguments) = result`, or the beginning of it; nil for what is no call.
    private init?(_ thread: Substring, _ text: Substring, began: Int, returned: Int?) {
        guard let open = text.firstIndex(of: "("), !text.hasPrefix("<"), !text.hasPrefix("+") else { return nil }
        let (call, end) = Self.split(text)
        let arguments = call[call.index(after: open)...]
        self.thread = thread
        self.began = began
        name = text[..<open]
        file = Self.path(arguments)
        bytes = Self.texts(arguments)
        lastArgument = arguments.split(separator: ",").last.flatMap { Int($0.drop { $0 == " " }) }
        result = end.flatMap { Int($0.prefix { $0 == "-" || $0.isNumber }) }
        self.returned = result == nil ? nil : returned
    }

    /// What stands before the closing bracket and behind the equals sign, between which results are aligned.
    private static func split(_ text: Substring) -> (call: Substring, result: Substring?) {
        guard let equals = text.range(of: " = ", options: .backwards),
            let bracket = text[..<equals.lowerBound].lastIndex(where: { $0 != " " }), text[bracket] == ")"
        else { return (text, nil) }
        return (text[..<bracket], text[equals.upperBound...])
    }

    /// What stands in angle brackets behind the first argument.
    private static func path(_ arguments: Substring) -> String {
        let first = arguments.drop { $0.isNumber }
        guard first.hasPrefix("<"), let end = first.firstIndex(of: ">") else { return "" }
        let inside = first[first.index(after: first.startIndex)..<end]
        return inside.hasPrefix("\\x") ? String(decoding: hex(inside.utf8), as: UTF8.self) : String(inside)
    }

    /// The bytes of everything between quotation marks.
    private static func texts(_ arguments: Substring) -> [UInt8] {
        var isInside = false
        var found: [UInt8] = []
        for part in arguments.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false) {
            if isInside { found += hex(part) }
            isInside.toggle()
        }
        return found
    }

    /// The bytes of `\x..` each; nothing for other text.
    private static func hex(_ text: Substring.UTF8View) -> [UInt8] {
        func digit(_ character: UInt8) -> UInt8 {
            character < UInt8(ascii: "a") ? character &- UInt8(ascii: "0") : character &- UInt8(ascii: "a") &+ 10
        }
        let characters = Array(text)
        guard characters.count.isMultiple(of: 4), characters.first == UInt8(ascii: "\\") else { return [] }
        return stride(from: 0, to: characters.count, by: 4).map {
            digit(characters[$0 + 2]) << 4 | digit(characters[$0 + 3])
        }
    }
}
