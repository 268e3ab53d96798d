import Foundation

extension Hostile {
    static let lines: [Row] = [
        Row("H01", "an endless line is refused at 8193 bytes", run: endlessLine),
        Row("H02", "a hundred thousand lines at once are all answered, and others meanwhile", run: manyLines),
        Row("H03", "one byte a packet is a line; who never ends it is closed", run: oneByteAPacket),
        Row("H03b", "slow beginners are closed", .with { $0.subscribeTimeout = 400 }, run: slowloris),
        Row(
            "H03c", "who subscribes and never authorises is closed", .with { $0.authorizeTimeout = 400 },
            run: neverAuthorises),
        Row("H04", "three lines that are not JSON end the connection", run: threeStrikes),
        Row("H05", "NUL, bad UTF-8, lone surrogates, bytes behind the object", run: badText),
        Row("H06", "nesting beyond 16", run: nesting),
        Row("H07", "a key twice", run: duplicateKeys),
    ]

    private static func endlessLine(_ endpoint: any Endpoint) throws {
        let long = try Connection(port: endpoint.port)
        let request = Lines.ping(1)
        let spaces = String(repeating: " ", count: 8192 - request.utf8.count)
        // The longest line, and one byte more.
        try long.ask(request.dropLast() + spaces + "}", Lines.pong(1))
        try long.send(bytes: Array((request.dropLast() + spaces).utf8) + [0x20, 0x20])
        try long.ask("", Lines.parseError)
        try long.expectEnd()
        let endless = try Connection(port: endpoint.port)
        try endless.send(bytes: [UInt8](repeating: 0x20, count: 8192))
        try endless.send(bytes: [0x7b])
        try endless.expect(Lines.parseError)
        try endless.expectEnd()
        let flood = try Connection(port: endpoint.port)
        let block = Array("{".utf8) + [UInt8](repeating: 0x61, count: 65_535)
        var blocks = 0
        while blocks < 1_024, try flood.send(bytes: block) { blocks += 1 }
        guard blocks < 1_024 else { throw Mismatch("64 MB of one line were taken") }
    }

    private static func manyLines(_ endpoint: any Endpoint) throws {
        let count = 100_000
        let busy = try Connection(port: endpoint.port)
        let other = try Connection(port: endpoint.port)
        var next = 0
        // Written from here as far as replies are read, so that no more than the bounds is ever unread.
        var answered = 0
        while answered < count {
            if next < count, next - answered < 1_400 {
                let end = min(next + 1_000, count)
                try busy.send(lines: (next..<end).map(Lines.ping))
                next = end
                try other.ask(Lines.ping(next), Lines.pong(next))
            }
            try busy.expect(Lines.pong(answered))
            answered += 1
        }
    }

    private static func oneByteAPacket(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        for byte in (Lines.ping(1) + "\n").utf8 { try connection.send(bytes: [byte]) }
        try connection.expect(Lines.pong(1))
        for byte in (subscribe + "\n").utf8 { try connection.send(bytes: [byte]) }
        _ = try Miner.subscribed(connection, id: "2")
    }

    private static func slowloris(_ endpoint: any Endpoint) throws {
        let slow = try Connection(port: endpoint.port)
        let sender = try Connection(port: endpoint.port)
        // Answered requests are no beginning: only subscribe is.
        try sender.ask(Lines.ping(1), Lines.pong(1))
        while try slow.send(bytes: [0x20]) { usleep(20_000) }
        try sender.expectEnd()
    }

    private static func neverAuthorises(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(subscribe)
        _ = try Miner.subscribed(connection, id: "2")
        try connection.expectEnd()
    }

    private static func threeStrikes(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(
            "{bad", Lines.ping(1), #"{"id":1,"method":"mining.ping""#, Lines.ping(2), #"{"id":01}"#, Lines.ping(3))
        try connection.expect(Lines.parseError, Lines.pong(1), Lines.parseError, Lines.pong(2), Lines.parseError)
        try connection.expectEnd()
    }

    private static func badText(_ endpoint: any Endpoint) throws {
        func ping(_ id: [UInt8]) -> [UInt8] {
            Array(#"{"id":""#.utf8) + id + Array(#"","method":"mining.ping","params":[]}"#.utf8)
        }
        try expectParseErrors(
            endpoint,
            [
                ping([0x00]), ping([0x61, 0x00, 0x62]), ping([0x1f]), ping([0xff]), ping([0xc0, 0xaf]),
                ping([0xed, 0xa0, 0x80]), ping([0xf4, 0x90, 0x80, 0x80]), ping([0xe2, 0x82]),
                ping(Array(#"\ud800"#.utf8)), ping(Array(#"\udc00"#.utf8)), ping(Array(#"\ud800\u0041"#.utf8)),
                ping([]) + [0x00], ping([]) + Array("{}".utf8), ping([]) + Array(" x".utf8),
                ping([]) + [0x00] + Array(#"{"method":"x"}"#.utf8),
            ])
        let connection = try Connection(port: endpoint.port)
        let emoji = #""\ud83d\ude00é""#
        try connection.ask(
            Lines.request(emoji, "mining.ping"), #"{"id":\#(emoji),"result":"pong","error":null}"#)
    }

    private static func nesting(_ endpoint: any Endpoint) throws {
        func nested(_ depth: Int) -> String {
            // The object and params are two levels.
            let inner = depth - 2
            return Lines.request(
                "1", "mining.ping",
                "[" + String(repeating: "[", count: inner) + String(repeating: "]", count: inner) + "]")
        }
        let connection = try Connection(port: endpoint.port)
        try connection.ask(nested(16), Lines.pong(1))
        try connection.ask(nested(17), Lines.parseError)
        try connection.ask(
            #"{"id":1,"method":"mining.ping","params":"# + String(repeating: "[", count: 8_000), Lines.parseError)
        let objects = String(repeating: #"{"a":"#, count: 1_300)
        try connection.ask(objects, Lines.parseError)
        try connection.expectEnd()
    }

    private static func duplicateKeys(_ endpoint: any Endpoint) throws {
        let lines = [
            #"{"id":1,"method":"mining.ping","method":"mining.subscribe","params":[]}"#,
            #"{"id":1,"method":"mining.ping","params":[],"id":2}"#,
            #"{"id":1,"method":"mining.ping","params":[],"params":[1]}"#,
            #"{"id":1,"method":"mining.ping","\u006dethod":"mining.subscribe","params":[]}"#,
            #"{"id":1,"method":"mining.ping","params":[{"a":1,"b":2,"\u0061":3}]}"#,
        ]
        try expectParseErrors(endpoint, lines.map { Array($0.utf8) })
    }
}
