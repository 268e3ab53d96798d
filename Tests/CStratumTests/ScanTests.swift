import CStratum
import CStratumChecks
import TestSupport
import Testing

/// From lines to requests.
@Suite("CStratum scan")
struct ScanTests {
    static let submit =
        #"{"params": ["al.rig", "00000000000000a1", "0011223344556677", "6720f1a3", "9f3b2c1d"], "#
        + #""id": 4, "method": "mining.submit"}"#

    @Test("the usual lines need only the quick reader")
    func usual() {
        let usual: [(String, rp_stratum_kind)] = [
            (Self.submit, RP_STRATUM_SUBMIT),
            (#"{"id":1,"method":"mining.subscribe","params":["cgminer/4.11.1"]}"#, RP_STRATUM_SUBSCRIBE),
            (#"{"id":null,"method":"mining.suggest_difficulty","params":[1000]}"#, RP_STRATUM_SUGGEST_DIFFICULTY),
            (#"{"id":"xnsub","method":"mining.extranonce.subscribe","params":[]}"#, RP_STRATUM_EXTRANONCE_SUBSCRIBE),
            (#"{"method":"mining.authorize","params":["a.b","x"],"id":3}"#, RP_STRATUM_AUTHORIZE),
        ]
        for (text, kind) in usual {
            let line = Line(text)
            #expect(line.isQuick, "\(text)")
            #expect(line.status == RP_STRATUM_SCAN_OK)
            #expect(line.request.kind == kind)
        }
    }

    @Test(
        "every known method, and those that are not",
        arguments: [
            ("mining.configure", RP_STRATUM_CONFIGURE), ("mining.suggest_target", RP_STRATUM_SUGGEST_TARGET),
            ("mining.ping", RP_STRATUM_PING), ("mining.pong", RP_STRATUM_PONG), ("pong", RP_STRATUM_PONG),
            ("mining.capabilities", RP_STRATUM_CAPABILITIES), (#"mining.\u0070ing"#, RP_STRATUM_PING),
            ("mining.submi", RP_STRATUM_UNKNOWN_METHOD), ("mining.submitt", RP_STRATUM_UNKNOWN_METHOD),
            ("Mining.submit", RP_STRATUM_UNKNOWN_METHOD), ("", RP_STRATUM_UNKNOWN_METHOD),
        ] as [(String, rp_stratum_kind)])
    func methods(name: String, kind: rp_stratum_kind) {
        #expect(Line(method: name, params: "[]").request.kind == kind)
    }

    @Test("slices are those of the line")
    func slices() {
        let line = Line(Self.submit)
        #expect(line.raw(line.request.id) == "4")
        #expect(
            line.params.map(line.raw) == ["al.rig", "00000000000000a1", "0011223344556677", "6720f1a3", "9f3b2c1d"])
        #expect(line.raw(line.request.params).hasPrefix(#"["al.rig", "#))
        let odd = Line(
            #" { "params" : [ 1.5e3 , [ "]" , {} ] , "\u0041\n" ] , "x":{"id":9}, "id":"a\"b" , "method":"m" } "#)
        #expect(!odd.isQuick)
        #expect(odd.params.map(odd.raw) == ["1.5e3", #"[ "]" , {} ]"#, #"\u0041\n"#])
        #expect(odd.params.map { odd.text($0) } == [nil, nil, "A\n"])
        #expect(odd.raw(odd.request.id) == #"a\"b"#)
    }

    @Test("quirk 18, hostile 11: more params than are kept are counted; params of any type are no error here")
    func manyParams() {
        let line = Line(
            method: "mining.submit", params: "[" + (0..<1_000).map(String.init).joined(separator: ",") + "]")
        #expect(line.status == RP_STRATUM_SCAN_OK)
        #expect(line.request.param_count == 1_000)
        for (params, type) in [
            ("{}", RP_STRATUM_OBJECT), ("null", RP_STRATUM_NULL), ("7", RP_STRATUM_NUMBER),
            (#""x""#, RP_STRATUM_STRING),
        ] {
            let line = Line(method: "mining.submit", params: params)
            #expect(line.status == RP_STRATUM_SCAN_OK)
            #expect(line.request.params.type == type)
            #expect(line.request.param_count == 0)
        }
    }

    @Test("quirk 24: answers to requests of ours are replies")
    func replies() {
        let line = Line(#"{"id":7,"result":"cgminer/4.11.1","error":null}"#)
        #expect(line.request.kind == RP_STRATUM_REPLY)
        #expect(line.text(line.request.result) == "cgminer/4.11.1")
        #expect(Line(#"{"id":7,"result":null,"error":[20,"x",null]}"#).request.kind == RP_STRATUM_REPLY)
        #expect(Line(#"{"id":7,"result":null,"error":null}"#).status == RP_STRATUM_SCAN_INVALID_REQUEST)
    }

    @Test(
        "hostile 4-7: what is not strict JSON is a parse error",
        arguments: [
            "", " ", "{", "}", #"{"id":1"#, #"{"id":1}}"#, #"{"id":1} x"#, #"{"id":1}{"id":2}"#, #"{"id":1,}"#, #"{,}"#,
            #"{id:1}"#, #"{'id':1}"#, #"{"id" 1}"#, #"{"id":}"#, #"{"id":01,"method":"m"}"#, #"{"id":+1,"method":"m"}"#,
            #"{"id":1.,"method":"m"}"#, #"{"id":.5,"method":"m"}"#, #"{"id":1e,"method":"m"}"#,
            #"{"id":-,"method":"m"}"#,
            #"{"id":NaN,"method":"m"}"#, #"{"id":Infinity,"method":"m"}"#, #"{"id":0x10,"method":"m"}"#,
            #"{"id":1,"id":2,"method":"m"}"#, #"{"method":"m","method":"n"}"#, #"{"id":1,"i\u0064":2,"method":"m"}"#,
            #"{"id":1,"method":"m","params":[{"a":1,"a":1}]}"#, #"{"id":1,"params":[],"params":[],"method":"m"}"#,
            #"{"id":"\ud800","method":"m"}"#, #"{"id":"\udc00","method":"m"}"#, #"{"id":"\ud800\u0041","method":"m"}"#,
            #"{"id":"\x41","method":"m"}"#, #"{"id":"\u00g0","method":"m"}"#, #"{"id":nul,"method":"m"}"#,
            #"{"id":nullx,"method":"m"}"#, #"{"id":truefalse,"method":"m"}"#, #"{"id":1,"params":[1,],"method":"m"}"#,
            #"{"id":1,"params":[,1],"method":"m"}"#, #"{"id":1,"params":[1 2],"method":"m"}"#,
            #"{"id":1,"params":[1},"method":"m"}"#, "{\"id\":\"a\tb\",\"method\":\"m\"}",
            "{\"id\":\"a\0\",\"method\":\"m\"}",
            "{\"id\":1,\"method\":\"m\"}\0", "\u{feff}{\"id\":1,\"method\":\"m\"}", #"{"id":12 3,"method":"m"}"#,
            "hello",
        ])
    func refused(text: String) {
        let line = Line(text)
        #expect(line.status == RP_STRATUM_SCAN_PARSE_ERROR)
        #expect(line.request.id.type == RP_STRATUM_MISSING)
    }

    @Test(
        "hostile 5: invalid UTF-8 is a parse error, valid is not",
        arguments: [
            ([0x80], false), ([0xc3], false), ([0xc0, 0x80], false), ([0xe0, 0x9f, 0xbf], false),
            ([0xed, 0xa0, 0x80], false), ([0xf0, 0x8f, 0xbf, 0xbf], false), ([0xf4, 0x90, 0x80, 0x80], false),
            ([0xff], false), ([0xc3, 0xa9], true), ([0xe2, 0x82, 0xac], true), ([0xf0, 0x9f, 0x98, 0x80], true),
            ([0xed, 0x9f, 0xbf], true), ([0xf4, 0x8f, 0xbf, 0xbf], true), ([0x7f], true),
        ] as [([UInt8], Bool)])
    func utf8(bytes: [UInt8], good: Bool) {
        let line = Line(Array(#"{"id":""#.utf8) + bytes + Array(#"","method":"m"}"#.utf8))
        #expect(line.status == (good ? RP_STRATUM_SCAN_OK : RP_STRATUM_SCAN_PARSE_ERROR))
    }

    @Test("hostile 6: depth 16 is read, 17 and 4000 are refused")
    func depth() {
        func nested(_ depth: Int) -> rp_stratum_scan_status {
            let inner = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
            return Line(#"{"id":1,"method":"m","params":\#(inner)}"#).status
        }
        #expect(nested(16) == RP_STRATUM_SCAN_OK)
        #expect(nested(17) == RP_STRATUM_SCAN_PARSE_ERROR)
        #expect(nested(4_000) == RP_STRATUM_SCAN_PARSE_ERROR)
    }

    @Test("64 open keys are read, 65 refused; keys of closed objects do not count")
    func keys() {
        func object(_ count: Int) -> String {
            "{" + (0..<count).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
        }
        func status(_ extra: String) -> rp_stratum_scan_status {
            Line(#"{"id":1,"method":"m","x":\#(extra)}"#).status
        }
        #expect(status(object(61)) == RP_STRATUM_SCAN_OK)
        #expect(status(object(62)) == RP_STRATUM_SCAN_PARSE_ERROR)
        #expect(
            status("[" + Array(repeating: object(61), count: 10).joined(separator: ",") + "]") == RP_STRATUM_SCAN_OK)
    }

    @Test(
        "hostile 8: scalar ids of up to 64 bytes come through, others are invalid requests",
        arguments: [
            ("null", RP_STRATUM_NULL), ("true", RP_STRATUM_TRUE), ("-1.5e400", RP_STRATUM_NUMBER),
            (#""auth""#, RP_STRATUM_STRING), ("4294967296", RP_STRATUM_NUMBER), ("\"\"", RP_STRATUM_STRING),
            ("[1]", RP_STRATUM_MISSING), ("{}", RP_STRATUM_MISSING),
            ("\"" + String(repeating: "a", count: 64) + "\"", RP_STRATUM_STRING),
            ("\"" + String(repeating: "a", count: 65) + "\"", RP_STRATUM_MISSING),
            (String(repeating: "1", count: 65), RP_STRATUM_MISSING),
        ] as [(String, rp_stratum_type)])
    func ids(id: String, type: rp_stratum_type) {
        let line = Line(#"{"id":\#(id),"method":"mining.ping","params":[]}"#)
        #expect(line.request.id.type == type)
        #expect(line.status == (type == RP_STRATUM_MISSING ? RP_STRATUM_SCAN_INVALID_REQUEST : RP_STRATUM_SCAN_OK))
    }

    @Test(
        "JSON that is no request",
        arguments: [
            "[]", "1", "null", #""x""#, "{}", #"{"id":1}"#, #"{"id":1,"method":null}"#, #"{"id":1,"method":7}"#,
        ])
    func invalid(text: String) {
        #expect(Line(text).status == RP_STRATUM_SCAN_INVALID_REQUEST)
    }

    @Test("a line is read up to 8192 bytes")
    func length() {
        func status(_ length: Int) -> rp_stratum_scan_status {
            let start = #"{"id":1,"method":"m","params":[""#
            let end = #""]}"#
            let filling = String(repeating: "a", count: length - start.utf8.count - end.utf8.count)
            return Line(start + filling + end).status
        }
        #expect(status(8192) == RP_STRATUM_SCAN_OK)
        #expect(status(8193) == RP_STRATUM_SCAN_PARSE_ERROR)
    }

    @Test("decoding covers every escape and keeps to its capacity")
    func decoding() {
        let line = Line(method: "m", params: #"["\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00é"]"#)
        #expect(line.text(line.params[0]) == "\"\\/\u{8}\u{c}\n\r\té€😀é")
    }

    @Test("quick and strict readers agree on generated requests and on damaged ones")
    func agreement() {
        var quick = 0
        for seed in 0..<UInt64(Scale.count(3_000, full: 300_000)) {
            var generator = SeededGenerator(seed: seed)
            var writer = RequestWriter(generator: generator)
            var bytes = Array(writer.request().utf8)
            let line = Line(bytes)
            #expect(
                line.status != RP_STRATUM_SCAN_PARSE_ERROR, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            quick += line.isQuick ? 1 : 0
            for _ in 0..<4 {
                if let broken = rp_check_scan(bytes, bytes.count) {
                    Issue.record("seed \(seed): \(String(cString: broken))")
                }
                let at = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0 where at < bytes.count: bytes.remove(at: at)
                case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                default: bytes.insert(Array(#"{}[]",:\0 "#.utf8).randomElement(using: &generator)!, at: at)
                }
            }
        }
        #expect(quick > 500)
    }
}

/// Writes legal requests of every shape.
private struct RequestWriter {
    var generator: SeededGenerator

    private mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &generator) ?? ""
    }

    mutating func request() -> String {
        let isPlain = Bool.random(using: &generator)
        var members = [
            (#""id""#, pick(["1", "0", "null", #""a""#, "4711"] + (isPlain ? [] : ["true", "-1e3", #""\u00e9""#]))),
            (
                #""method""#,
                pick(
                    [#""mining.submit""#, #""mining.subscribe""#, #""x""#] + (isPlain ? [] : [#""mining.\u0070ing""#]))
            ),
            (#""params""#, "[" + list(isPlain ? 0 : 3) + "]"),
        ]
        if !isPlain { members.append((pick([#""x""#, #""jsonrpc""#, #""\n""#]), value(3))) }
        members.shuffle(using: &generator)
        let space = isPlain ? pick(["", " "]) : pick(["", " ", "\t", " \r"])
        return "{" + members.map { "\($0):\(space)\($1)" }.joined(separator: ",\(space)") + "}" + space
    }

    private mutating func list(_ depth: Int) -> String {
        (0..<Int.random(in: 0...9, using: &generator)).map { _ in value(depth) }.joined(separator: ",")
    }

    private mutating func value(_ depth: Int) -> String {
        let isPlain = depth == 0
        switch Int.random(in: 0..<(isPlain ? 3 : 6), using: &generator) {
        case 0: return pick(["0", "7", "123456", "null"])
        case 1: return "\"" + String(generator.next(), radix: 16) + "\""
        case 2: return pick(["\"\"", #""a.b""#, #""0123456789abcdef""#])
        case 3: return pick(["-0.5", "1e400", "true", "false", #""\ud83d\ude00\\""#, #""é""#])
        case 4: return "[" + list(depth - 1) + "]"
        default: return #"{"a":\#(value(depth - 1)),"b":\#(value(depth - 1))}"#
        }
    }
}
