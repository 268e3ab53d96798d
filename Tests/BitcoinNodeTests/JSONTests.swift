import Testing

@testable import BitcoinNode

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "[1,-2.50e+3,0]", "{\"a\":[{\"b\":\"c\"}],\"\":false}", "\"\\\"\\\\\\n\\u0001\"",
        "\"\u{e4}\u{1f600}\"",
    ])
    func whatIsReadIsWrittenTheSame(text: String) throws {
        #expect(try JSONParser.parse(Array(text.utf8)).encoded == text)
    }

    @Test func escapesAreRead() throws {
        let text = "\"\\u00e4\\ud83d\\ude00\\/\\b\\f\\r\\t\""
        #expect(try JSONParser.parse(Array(text.utf8)) == .string("\u{e4}\u{1f600}/\u{8}\u{c}\r\t"))
    }

    /// Inputs and the byte at which they stop being JSON.
    @Test(
        arguments: [
            ("", 0), (" ", 1), ("nul", 0), ("[1", 2), ("[1,]", 3), ("[1 2]", 3), ("{\"a\"}", 4), ("{\"a\":1,}", 7),
            ("{1:2}", 1), ("01", 0), ("1.", 2), ("-", 1), ("1e", 2), (".5", 0), ("1 2", 2), ("\"a", 2), ("\"\n\"", 1),
            ("\"\\x\"", 3), ("\"\\u12\"", 3), ("\"\\ud800\"", 7), ("{\"a\":1,\"a\":2}", 7), ("NaN", 0),
        ] as [(String, Int)])
    func whatIsNoJSONIsRefused(text: String, offset: Int) {
        #expect(throws: JSONError(offset: offset)) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xc3, 0x28, 0x22]) }
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xed, 0xa0, 0x80, 0x22]) }
    }

    @Test func nestingIsBounded() {
        #expect(throws: Never.self) { try JSONParser.parse(Array(Self.nested(63).utf8)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(Array(Self.nested(64).utf8)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(Array(Self.nested(100_000).utf8)) }
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
    }

    @Test(
        arguments: [
            (0, "0.00000000"), (1, "0.00000001"), (-1, "-0.00000001"), (100_000_000, "1.00000000"),
            (2_100_000_000_000_000, "21000000.00000000"), (.min, "-92233720368.54775808"),
        ] as [(Int64, String)])
    func amountsHaveEightDecimals(satoshis: Int64, text: String) {
        #expect(JSONValue.bitcoins(satoshis) == .number(text))
    }
}
