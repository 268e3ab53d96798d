/// A node's answer to one call: its body, and where in it the result stands.
struct RPCAnswer: Sendable {
    /// A member of the result.
    struct Member: Sendable {
        let name: String
        let value: Range<Int>
    }

    let body: [UInt8]
    /// Where the result's value stands.
    let result: Range<Int>
    /// The members of a result that is an object, none of them decoded; empty for another.
    let members: [Member]
    /// When the request was sent, and the answer's last byte was there, in nanoseconds of CLOCK_MONOTONIC.
    let requestedAt: UInt64
    let receivedAt: UInt64

    /// The result, decoded strictly.
    func value() throws(NodeError) -> JSONValue {
        do {
            return try JSONScanner.value(body, result)
        } catch {
            throw .malformedAnswer("no JSON at byte \(error.offset)")
        }
    }

    /// Where the value of a member stands.
    subscript(name: String) -> Range<Int>? {
        members.first { $0.name == name }?.value
    }

    /// Reads an answer.
    ///
    /// - Parameter id: the request's id, which the answer must repeat.
    /// - Throws: `NodeError.refused` for an error that the node states; `httpStatus`, `unauthorized` or `forbidden`
    ///   where the status says it all; `malformedAnswer` for the rest.
    init(_ answer: HTTPExchange.Answer, id: UInt64) throws(NodeError) {
        switch answer.status {
        case 401: throw .unauthorized
        case 403: throw .forbidden
        default: break
        }
        do {
            self = try Self.scan(answer, id: id)
        } catch let error as NodeError {
            throw error
        } catch {
            guard answer.status == 200, let error = error as? JSONError else { throw .httpStatus(answer.status) }
            throw .malformedAnswer("no JSON at byte \(error.offset)")
        }
    }

    private init(
        body: [UInt8], result: Range<Int>, members: [Member], requestedAt: UInt64, receivedAt: UInt64
    ) {
        self.body = body
        self.result = result
        self.members = members
        self.requestedAt = requestedAt
        self.receivedAt = receivedAt
    }

    private static func scan(_ answer: HTTPExchange.Answer, id: UInt64) throws -> RPCAnswer {
        let body = answer.body
        var scanner = JSONScanner(body)
        var found: [Member] = []
        var inner: [Member] = []
        try scanner.expect("{")
        while let name = try scanner.nextName(isFirst: found.isEmpty) {
            try check(name, among: found, scanner)
            if name == "result", scanner.peek() == UInt8(ascii: "{") {
                let start = scanner.offset
                inner = try members(&scanner)
                found.append(Member(name: name, value: start..<scanner.offset))
            } else {
                found.append(Member(name: name, value: try scanner.skipValue()))
            }
        }
        try scanner.finish()
        func value(_ name: String) throws -> JSONValue? {
            try found.first { $0.name == name }.map { try JSONScanner.value(body, $0.value) }
        }
        guard try value("id")?.wholeNumber == Int64(exactly: id) else {
            throw NodeError.malformedAnswer("it belongs to another request")
        }
        if let error = try value("error"), error != .null {
            throw NodeError.refused(refusal(error))
        }
        guard answer.status == 200 else { throw NodeError.httpStatus(answer.status) }
        guard let result = found.first(where: { $0.name == "result" })?.value else {
            throw NodeError.malformedAnswer("it has no result")
        }
        return RPCAnswer(
            body: body, result: result, members: inner, requestedAt: answer.requestedAt, receivedAt: answer.receivedAt)
    }

    /// More members than this has no answer.
    private static let mostMembers = 256

    private static func members(_ scanner: inout JSONScanner) throws(JSONError) -> [Member] {
        var found: [Member] = []
        try scanner.expect("{")
        while let name = try scanner.nextName(isFirst: found.isEmpty) {
            try check(name, among: found, scanner)
            found.append(Member(name: name, value: try scanner.skipValue()))
        }
        return found
    }

    /// Refuses a repeated name. A walk over some twenty members is quicker than a set.
    private static func check(_ name: String, among found: [Member], _ scanner: JSONScanner) throws(JSONError) {
        guard found.count < mostMembers, !found.contains(where: { $0.name == name }) else {
            throw JSONError(offset: scanner.offset)
        }
    }

    private static func refusal(_ error: JSONValue) -> RPCError {
        let code = error["code"]?.wholeNumber.flatMap { Int(exactly: $0) } ?? -1
        // The text goes to logs and pages: one line, of bounded length.
        let text = error["message"]?.text ?? "an error without a message"
        let line = text.unicodeScalars.prefix(300).map { $0.value < 0x20 || $0.value == 0x7f ? " " : String($0) }
        return RPCError(code: code, message: line.joined())
    }
}
