import Bitcoin

extension Quirks {
    static let forms: [Row] = [
        Row("Q10", "extranonce1 has 4 bytes, extranonce2 has 8", run: extranonceSizes),
        Row("Q11", "ids come back as they were: null, strings, repeated", run: idsComeBack),
        Row("Q13", "every reply has id, result and error", run: threeMembers),
        Row("Q14", "every refusal is [code, text, null]", run: refusalForm),
        Row("Q16", "masks have 8 digits", run: paddedMask),
        Row("Q19", "blank and broken lines are borne", run: blankLines),
        Row("Q20", "names cut at 63 bytes stand for their worker", run: cutNames),
        Row("Q24", "pong as an answer and as a request", run: pongs),
        Row("Q25", "extranonce.subscribe is answered true, and nothing is sent for it", run: extranonceSubscribe),
        Row("Q34", "CR LF line ends; what has no end is no line", run: lineEnds),
    ]

    private static func extranonceSizes(_ endpoint: any Endpoint) throws {
        // Both sizes stand in subscribe's answer, every byte of which is compared.
        let miner = try Miner(endpoint)
        guard miner.extranonce1.utf8.count == 8 else { throw Mismatch("extranonce1 \(miner.extranonce1)") }
        let share = try miner.find()
        guard share.extranonce2.utf8.count == 16 else { throw Mismatch("extranonce2 \(share.extranonce2)") }
        try miner.accepted(share)
    }

    private static func idsComeBack(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(Lines.request("null", "mining.subscribe"))
        _ = try Miner.subscribed(connection, id: "null")
        try connection.ask(Lines.authorize(#""auth""#, Accounts.first + ".w"), Lines.yes(#""auth""#))
        _ = try Miner.firstJob(connection)
        try connection.ask(
            Lines.request(#""xnsub""#, "mining.extranonce.subscribe"), Lines.yes(#""xnsub""#))
        let miner = try Miner(endpoint)
        let shares = try (0..<3).map { _ in try miner.find() }
        try miner.connection.send(lines: shares.map { $0.line("4", worker: miner.name) })
        try miner.connection.expect(Lines.yes("4"), Lines.yes("4"), Lines.yes("4"))
        try miner.connection.send(shares[0].line("null", worker: miner.name))
        try miner.connection.expect(Lines.refusal("null", 22, "duplicate share"))
        try miner.connection.ask(Lines.request("4294967296", "mining.ping"), Lines.pong(4_294_967_296))
    }

    private static func threeMembers(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let connection = miner.connection
        try connection.ask(Lines.ping(5), #"{"id":5,"result":"pong","error":null}"#)
        try connection.ask(
            Lines.request("6", "mining.extranonce.subscribe"), #"{"id":6,"result":true,"error":null}"#)
        try connection.ask(
            Lines.request("7", "mining.nothing"),
            #"{"id":7,"result":null,"error":[-32601,"method not found",null]}"#)
        try connection.ask(
            Lines.request("8", "mining.configure", #"[["info","x"]]"#),
            #"{"id":8,"result":{"info":true,"x":false},"error":null}"#)
        let share = try miner.find()
        try connection.ask(share.line("9", worker: miner.name), #"{"id":9,"result":true,"error":null}"#)
        try connection.ask(
            share.line("10", worker: miner.name), #"{"id":10,"result":null,"error":[22,"duplicate share",null]}"#)
    }

    private static func refusalForm(_ endpoint: any Endpoint) throws {
        let early = try Connection(port: endpoint.port)
        let share = Share(
            job: "00fffffffffff021", extranonce2: "0000000000000001", ntime: "6553f100", nonce: "00000000", hash: .zero)
        try early.ask(share.line("1", worker: "w"), #"{"id":1,"result":null,"error":[25,"not subscribed",null]}"#)
        try early.send(subscribe)
        _ = try Miner.subscribed(early, id: "2")
        try early.ask(share.line("2", worker: "w"), #"{"id":2,"result":null,"error":[24,"unauthorized worker",null]}"#)
        let miner = try Miner(endpoint)
        try miner.connection.ask(
            Lines.request("3", "mining.submit"), #"{"id":3,"result":null,"error":[20,"malformed request",null]}"#)
        try miner.connection.ask(
            share.line("4", worker: miner.name), #"{"id":4,"result":null,"error":[21,"job not found",null]}"#)
        try miner.connection.ask(
            try miner.find(.low).line("5", worker: miner.name),
            #"{"id":5,"result":null,"error":[23,"low difficulty share",null]}"#)
        try miner.connection.ask("[]", #"{"id":null,"result":null,"error":[-32600,"invalid request",null]}"#)
    }

    private static func paddedMask(_ endpoint: any Endpoint) throws {
        for (asked, agreed) in [("00006000", "00006000"), ("6000", "00006000"), ("1fffe000", "1fffe000")] {
            let connection = try Connection(port: endpoint.port)
            try connection.ask(
                Lines.request("1", "mining.configure", #"[["version-rolling"],{"version-rolling.mask":"\#(asked)"}]"#),
                #"{"id":1,"result":{"version-rolling":true,"version-rolling.mask":"\#(agreed)"},"error":null}"#)
            try connection.expect(Lines.mask(agreed))
        }
    }

    private static func blankLines(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send("", "  ", "\t", "\r", "hello", "", Lines.ping(1))
        // The first bytes decide about the protocol, and white space is stratum.
        try connection.expect(Lines.parseError, Lines.pong(1))
        try connection.send("{", Lines.ping(2))
        try connection.expect(Lines.parseError, Lines.pong(2))
    }

    private static func cutNames(_ endpoint: any Endpoint) throws {
        let long = Accounts.first + ".rig-in-the-far-corner"
        let miner = try Miner(endpoint, name: long)
        let cut = String(long.prefix(63))
        try miner.accepted(try miner.find(), worker: cut)
        try miner.accepted(try miner.find(), worker: String(long.prefix(70)))
        try miner.refused(try miner.find(), 24, "unauthorized worker", worker: String(long.prefix(62)))
        // With a second worker the cut name could be either.
        try miner.connection.ask(Lines.authorize("5", Accounts.first + ".another"), Lines.yes("5"))
        try miner.refused(try miner.find(), 24, "unauthorized worker", worker: cut)
        try miner.accepted(try miner.find(), worker: String(long.prefix(70)))
    }

    private static func pongs(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        try miner.connection.send(
            #"{"id":1,"result":"pong","error":null}"#, #"{"method":"pong"}"#,
            #"{"id":null,"method":"pong","params":[]}"#, #"{"id":2,"method":"pong","params":[]}"#,
            #"{"id":3,"method":"mining.pong"}"#, #"{"id":4,"result":null,"error":[20,"what",null]}"#)
        try miner.connection.expect(Lines.yes("2"), Lines.yes("3"))
        try miner.connection.ask(Lines.ping(5), Lines.pong(5))
    }

    private static func extranonceSubscribe(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        try miner.connection.send(Lines.request("5", "mining.extranonce.subscribe"), Lines.ping(6))
        try miner.connection.expect(Lines.yes("5"), Lines.pong(6))
        let connection = try Connection(port: endpoint.port)
        try connection.ask(
            Lines.request("1", "mining.configure", #"[["subscribe-extranonce"],{}]"#),
            #"{"id":1,"result":{"subscribe-extranonce":true},"error":null}"#)
        try connection.ask(Lines.request("2", "mining.extranonce.subscribe"), Lines.yes("2"))
    }

    private static func lineEnds(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(bytes: Array((Lines.ping(1) + "\r\n\r\n" + Lines.ping(2) + "\r\n").utf8))
        try connection.expect(Lines.pong(1), Lines.pong(2))
        try connection.send(bytes: Array(Lines.ping(3).utf8))
        connection.endSending()
        try connection.expectEnd()
    }
}
