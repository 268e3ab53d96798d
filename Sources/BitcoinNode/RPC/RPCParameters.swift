internal import Bitcoin

/// The arguments of one call by position, read with bitcoind's complaints.
struct RPCParameters {
    private let values: [JSONValue]

    /// Takes the `params` of a request: a list, or nothing.
    init(_ value: JSONValue?) throws(RPCError) {
        switch value {
        case nil, .null, .object([]): values = []
        case .array(let elements): values = elements
        case .object: throw .invalidParameter("Named arguments are not supported")
        default: throw .invalidRequest("Params must be an array or object")
        }
    }

    /// The argument at a position; nil where it is left out or null.
    subscript(position: Int) -> JSONValue? {
        guard values.indices.contains(position), values[position] != .null else {
            return nil
        }
        return values[position]
    }

    /// Refuses a call with another number of arguments.
    func expect(_ counts: ClosedRange<Int>, usage: String) throws(RPCError) {
        guard counts.contains(values.count) else { throw .miscellaneous(usage) }
    }

    /// A text that must be there.
    func text(_ position: Int, _ name: String) throws(RPCError) -> String {
        guard let text = self[position]?.text else { throw wrongType(position, name, "string") }
        return text
    }

    /// A whole number that must be there.
    func integer(_ position: Int, _ name: String) throws(RPCError) -> Int64 {
        guard let number = self[position]?.wholeNumber else { throw wrongType(position, name, "number") }
        return number
    }

    /// A truth value, `absent` where it is left out.
    func flag(_ position: Int, _ name: String, absent: Bool) throws(RPCError) -> Bool {
        guard let value = self[position] else {
            return absent
        }
        guard let flag = value.flag else { throw wrongType(position, name, "bool") }
        return flag
    }

    /// The hash that an argument shows in display order.
    func hash(_ position: Int, _ name: String) throws(RPCError) -> Hash256 {
        let text = try text(position, name)
        do {
            return try Hash256(displayHex: text)
        } catch .wrongLength {
            throw .invalidParameter("\(name) must be of length 64 (not \(text.utf8.count), for '\(text)')")
        } catch .oddLength {
            throw .invalidParameter("\(name) must be of length 64 (not \(text.utf8.count), for '\(text)')")
        } catch {
            throw .invalidParameter("\(name) must be hexadecimal string (not '\(text)')")
        }
    }

    private func wrongType(_ position: Int, _ name: String, _ expected: String) -> RPCError {
        let found =
            switch self[position] {
            case nil, .null: "null"
            case .bool: "bool"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        return .type("JSON value of type \(found) for position \(position + 1) (\(name)) is not of type \(expected)")
    }
}
