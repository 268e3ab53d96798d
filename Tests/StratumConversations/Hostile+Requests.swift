extension Hostile {
    static let requests: [Row] = [
        Row("H08", "ids of every type and size", run: idsOfEveryType),
        Row("H09", "an id cannot inject a second message", run: idInjection),
        Row("H10", "a user agent of any bytes is cut and cleaned", run: userAgent),
        Row("H11", "params of any shape", run: paramsOfAnyShape),
        Row("H15", "user names of any bytes", run: userNames),
        Row("H16", "difficulties in the password that are none", run: passwordDifficulties),
        Row("H17", "suggested difficulties that are none, too high, too many", run: suggestions),
    ]

    private static func idsOfEveryType(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        let long = #"""# + String(repeating: "x", count: 64) + #"""#
        let number = String(repeating: "9", count: 64)
        for id in ["0", "-7", "1.5", "1e400", "-0.0E-3", "true", "false", #""""#, #""a b""#, long, number] {
            try connection.ask(
                Lines.request(id, "mining.ping"), #"{"id":\#(id),"result":"pong","error":null}"#)
        }
        let invalid = Lines.refusal("null", -32600, "invalid request")
        let ids = [
            "[]", "[1]", "{}", #"{"a":1}"#, #"""# + String(repeating: "x", count: 65) + #"""#, number + "9",
            #"""# + String(repeating: "x", count: 1_024) + #"""#,
        ]
        for id in ids { try connection.ask(Lines.request(id, "mining.ping"), invalid) }
        // Missing and null ids are notifications, except where the answer carries what a miner needs.
        try connection.send(#"{"method":"mining.ping","params":[]}"#, Lines.request("null", "mining.ping"))
        try connection.send(#"{"method":"mining.subscribe"}"#)
        _ = try Miner.subscribed(connection, id: "null")
        try connection.ask(
            #"{"method":"mining.authorize","params":["alice"]}"#, Lines.refusal("null", 24, Accounts.unknownText))
    }

    private static func idInjection(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        let ids = [
            #""1\",\"result\":true}\n{\"id\":\"2""#, #""\u000a{}""#, #""\\""#, #""\"""#, #""\/\b\f\n\r\t\u0022""#,
        ]
        for id in ids {
            try connection.ask(
                Lines.request(id, "mining.ping"), #"{"id":\#(id),"result":"pong","error":null}"#)
            try connection.ask(
                Lines.request(id, "no.method"), Lines.refusal(id, -32601, "method not found"))
        }
    }

    private static func userAgent(_ endpoint: any Endpoint) throws {
        let agents = [
            (#"<b>\"\u0007\u001b[31m\n"#, #"<b>"??[31m?"#),
            (String(repeating: "m", count: 7_000), String(repeating: "m", count: 128)),
            ("é☃", "?????"),
        ]
        for (sent, kept) in agents {
            let connection = try Connection(port: endpoint.port)
            try connection.send(Lines.request("1", "mining.subscribe", #"["\#(sent)"]"#))
            _ = try Miner.subscribed(connection, id: "1")
            try connection.ask(Lines.authorize("2", Accounts.third), Lines.yes("2"))
            if let agent = endpoint.agent(of: Accounts.third), agent != kept {
                throw Mismatch("expected the agent \(kept)\n     got \(agent)")
            }
        }
    }

    private static func paramsOfAnyShape(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        let many = "[" + String(repeating: "0,", count: 3_900) + "0]"
        let shapes = ["{}", #"{"a":[]}"#, "null", "[]", "[[[[]]]]", "[null]", "7", #""text""#, many]
        let noName = Lines.refusal("2", 24, Accounts.badNameText)
        for params in shapes {
            try connection.ask(Lines.request("1", "mining.submit", params), Lines.refusal("1", 20, "malformed request"))
        }
        try connection.ask(#"{"id":1,"method":"mining.submit"}"#, Lines.refusal("1", 20, "malformed request"))
        for params in shapes.prefix(5) { try connection.ask(Lines.request("2", "mining.authorize", params), noName) }
        for params in shapes where params != "[[[[]]]]" && params != "[]" {
            try connection.ask(
                Lines.request("3", "mining.configure", params), Lines.refusal("3", -32602, "invalid params"))
            try connection.ask(Lines.request("4", "mining.ping", params), Lines.pong(4))
            try connection.ask(
                Lines.request("5", "mining.suggest_difficulty", params),
                Lines.refusal("5", -32602, "invalid params"))
        }
        try connection.ask(
            Lines.request("6", "mining.configure", "[[1]]"), Lines.refusal("6", -32602, "invalid params"))
        try connection.ask(
            Lines.request("7", "mining.configure", #"[["version-rolling"],{"version-rolling.mask":"xyz"}]"#),
            Lines.refusal("7", -32602, "invalid params"))
        try connection.ask(#"{"id":8,"method":7}"#, Lines.refusal("8", -32600, "invalid request"))
        try connection.ask(#"{"id":9}"#, Lines.refusal("9", -32600, "invalid request"))
    }

    private static func userNames(_ endpoint: any Endpoint) throws {
        let unknown = ["/", "/etc/passwd", "'; DROP TABLE miners; --", "<script>", "%s%n", "a b"]
        let bad = [
            "", ".", ".worker", "../", "../../etc/passwd", #"\u202egnp.exe"#, "é", #"a\nb"#, #"a\u0000b"#,
            String(repeating: "a", count: 129),
            String(repeating: "a", count: 7_000),
        ]
        let first = try Connection(port: endpoint.port)
        for name in unknown {
            try first.ask(Lines.authorize("1", name), Lines.refusal("1", 24, Accounts.unknownText))
        }
        for name in bad {
            let second = try Connection(port: endpoint.port)
            try second.ask(Lines.authorize("1", name), Lines.refusal("1", 24, Accounts.badNameText))
        }
        let third = try Connection(port: endpoint.port)
        try third.ask(Lines.authorize("1", Accounts.first + "."), Lines.yes("1"))
        try third.ask(
            Lines.authorize("2", Accounts.first + "." + String(repeating: "w", count: 63)), Lines.yes("2"))
        try third.ask(
            Lines.authorize("3", Accounts.first + "." + String(repeating: "w", count: 64)),
            Lines.refusal("3", 24, Accounts.badNameText))
    }

    private static func passwordDifficulties(_ endpoint: any Endpoint) throws {
        let none = ["d=-1", "d=NaN", "d=inf", "d=0", "d=", "d=0x10", "diff=-1", "diff=", "d=1e", "d=--1"]
        for password in none { _ = try Miner(endpoint, password: password, level: 33) }
        _ = try Miner(endpoint, password: "d=1,5x", level: 64)
        _ = try Miner(endpoint, password: "d=-1,d=2", level: 65)
        _ = try Miner(endpoint, password: "d=1e308", level: 80)
        _ = try Miner(endpoint, password: "d=1e400", level: 80)
        _ = try Miner(endpoint, password: "d=9999999999999999999999999999999999999999", level: 80)
        _ = try Miner(endpoint, password: "d=1e-400", level: 33)
        _ = try Miner(endpoint, password: "d=0.0000000000000000000000000000001", level: 33)
    }

    private static func suggestions(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        for value in ["-1", "0", #""x""#, "[]", "null", "true", #""NaN""#, #""""#] {
            try connection.ask(
                Lines.request("1", "mining.suggest_difficulty", "[\(value)]"),
                Lines.refusal("1", -32602, "invalid params"))
        }
        for value in [#""""#, #""0""#, #""xyz""#, "5", #""\#(String(repeating: "f", count: 65))""#] {
            try connection.ask(
                Lines.request("1", "mining.suggest_target", "[\(value)]"),
                Lines.refusal("1", -32602, "invalid params"))
        }
        let miner = try Miner(endpoint)
        try miner.connection.ask(Lines.request("1", "mining.suggest_difficulty", "[1e400]"), Lines.yes("1"))
        try miner.expectLevel(80)
        // Only one in ten seconds counts: all are answered, and one job comes.
        let greedy = try Miner(endpoint)
        let many = (0..<250).map { Lines.request("7", "mining.suggest_difficulty", #"["\#($0 % 50 + 1)"]"#) }
        try greedy.connection.send(lines: many)
        for _ in many { try greedy.connection.expect(Lines.yes("7")) }
        try greedy.expectLevel(64)
        try greedy.connection.ask(Lines.ping(8), Lines.pong(8))
    }
}
