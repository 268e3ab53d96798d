import Bitcoin

extension Quirks {
    static let handshake: [Row] = [
        Row("Q01", "nothing precedes configure's reply, not even a new job", run: firstLineAfterConfigure),
        Row("Q02", "subscribe's reply is the first line after it", run: firstLineAfterSubscribe),
        Row("Q03", "requests sent without waiting are answered in order, however cut", run: pipelinedHandshake),
        Row("Q04", "nothing comes between authorize and its reply", run: firstLineAfterAuthorize),
        Row("Q05", "the whole handshake in its order, byte by byte", run: wholeHandshake),
        Row("Q12", "requests with id null before subscribe are taken and not answered", run: notificationsFirst),
        Row("Q18", "subscribe with null, host and surplus params", run: subscribeParams),
        Row("Q23", "a stop sends client.reconnect without a host, then closes", run: reconnectAtStop),
        Row("Q26", "authorize's reply, set_difficulty and notify in one write", run: oneWrite),
        Row("Q27", "a session resumes with the same extranonce1 and token", run: resumeKeepsExtranonce),
        Row("Q31", "a name that is no account gets a clear text", run: clearRefusal),
        Row("Q32", "authorize before subscribe: work waits until both are there", run: authorizeFirst),
    ]

    private static func firstLineAfterConfigure(_ endpoint: any Endpoint) throws {
        let observer = try Miner(endpoint)
        let connection = try Connection(port: endpoint.port)
        try tipThatAllHave(endpoint, seenBy: observer)
        try connection.ask(configure, agreed)
        try connection.expect(Lines.mask("1fffe000"))
        // The mask was the last of it.
        try connection.ask(Lines.ping(5), Lines.pong(5))
    }

    private static func firstLineAfterSubscribe(_ endpoint: any Endpoint) throws {
        let observer = try Miner(endpoint)
        let connection = try Connection(port: endpoint.port)
        try tipThatAllHave(endpoint, seenBy: observer)
        try connection.send(subscribe)
        _ = try Miner.subscribed(connection, id: "2")
        try tipThatAllHave(endpoint, seenBy: observer)
        try connection.ask(Lines.ping(5), Lines.pong(5))
    }

    private static func pipelinedHandshake(_ endpoint: any Endpoint) throws {
        let segment = Array("\(configure)\n\(subscribe)\n\(authorize)\n".utf8)
        for pieces in [1, 2, 7, segment.count] {
            let connection = try Connection(port: endpoint.port)
            for piece in 0..<pieces {
                let range = segment.count * piece / pieces..<segment.count * (piece + 1) / pieces
                try connection.send(bytes: Array(segment[range]))
            }
            try connection.expect(agreed, Lines.mask("1fffe000"))
            _ = try Miner.subscribed(connection, id: "2")
            try connection.expect(Lines.yes("3"))
            _ = try Miner.firstJob(connection)
        }
    }

    private static func firstLineAfterAuthorize(_ endpoint: any Endpoint) throws {
        let observer = try Miner(endpoint)
        let connection = try Connection(port: endpoint.port)
        try connection.send(subscribe)
        _ = try Miner.subscribed(connection, id: "2")
        try tipThatAllHave(endpoint, seenBy: observer)
        try connection.ask(authorize, Lines.yes("3"))
        _ = try Miner.firstJob(connection)
    }

    private static func wholeHandshake(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(configure, subscribe, authorize)
        try connection.expect(agreed, Lines.mask("1fffe000"))
        let (token, extranonce1) = try Miner.subscribed(connection, id: "2")
        try connection.expect(Lines.yes("3"), Lines.difficulty(33))
        let job = try Job(line: try connection.line() ?? "")
        guard job.clean, job.level == 33, token.hasPrefix(extranonce1) else {
            throw Mismatch("not a clean job of level 33: \(job.text)")
        }
        try connection.ask(Lines.ping(5), Lines.pong(5))
    }

    private static func notificationsFirst(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(
            Lines.request("null", "mining.capabilities", #"[{"notify":[],"suggested_target":"00ff"}]"#),
            Lines.request("null", "mining.suggest_target", #"["00000000ffff0000"]"#),
            Lines.request("null", "mining.suggest_difficulty", "[0.5]"),
            Lines.request("null", "mining.suggest_difficulty", "[-1]"),
            Lines.request("null", "mining.ping"),
            #"{"method":"mining.capabilities","params":[]}"#,
            Lines.request("null", "mining.something"))
        try connection.ask(Lines.ping(5), Lines.pong(5))
        try connection.send(subscribe)
        _ = try Miner.subscribed(connection, id: "2")
    }

    private static func subscribeParams(_ endpoint: any Endpoint) throws {
        let forms = [
            #"["bosminer-plus-tuner 0.2",null,"pool.example:3333",null]"#, #"["NerdQAxe/1.0",null]"#, "[]", "[null]",
            #"["a",null,"b","c","d",["e"],{"f":1},7,8,9]"#, #"["a","not a token"]"#, #"["a",5]"#, "null", "{}",
        ]
        for params in forms {
            let connection = try Connection(port: endpoint.port)
            try connection.send(Lines.request(#""sub""#, "mining.subscribe", params))
            _ = try Miner.subscribed(connection, id: #""sub""#)
        }
        let connection = try Connection(port: endpoint.port)
        try connection.send(#"{"id":1,"method":"mining.subscribe"}"#)
        _ = try Miner.subscribed(connection, id: "1")
    }

    private static func reconnectAtStop(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let onlySubscribed = try Connection(port: endpoint.port)
        try onlySubscribed.send(subscribe)
        _ = try Miner.subscribed(onlySubscribed, id: "2")
        try endpoint.stop()
        try miner.connection.expect(Lines.reconnect)
        try miner.connection.expectEnd()
        try onlySubscribed.expect(Lines.reconnect)
        try onlySubscribed.expectEnd()
    }

    private static func oneWrite(_ endpoint: any Endpoint) throws {
        for _ in 0..<8 {
            let connection = try Connection(port: endpoint.port)
            try connection.send(subscribe)
            _ = try Miner.subscribed(connection, id: "2")
            try connection.send(authorize)
            try connection.readOnce()
            let lines = connection.unread.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.count == 4, lines[0] == Lines.yes("3"), lines[1] == Lines.difficulty(33), lines[3] == "",
                try Job(line: String(lines[2])).clean
            else { throw Mismatch("the first read after authorize: \(connection.unread)") }
        }
    }

    private static func resumeKeepsExtranonce(_ endpoint: any Endpoint) throws {
        let first = try Miner(endpoint)
        let again = try Miner(endpoint, token: first.token)
        guard again.token == first.token, again.extranonce1 == first.extranonce1 else {
            throw Mismatch("expected token \(first.token), got \(again.token)")
        }
        // The connection before it is closed, and the new one may submit to its jobs.
        try first.connection.expectEnd()
        try again.accepted(try again.find(in: first.job))
        guard again.job.id != first.job.id else { throw Mismatch("a job came twice: \(again.job.id)") }
        let other = try Miner(endpoint)
        guard other.extranonce1 != first.extranonce1 else { throw Mismatch("extranonce1 given twice") }
    }

    private static func clearRefusal(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.ask(
            Lines.authorize("3", Accounts.unknown + ".rig1"), Lines.refusal("3", 24, Accounts.unknownText))
        // The connection stays.
        try connection.ask(authorize, Lines.yes("3"))
    }

    private static func authorizeFirst(_ endpoint: any Endpoint) throws {
        let observer = try Miner(endpoint)
        let connection = try Connection(port: endpoint.port)
        try connection.ask(authorize, Lines.yes("3"))
        try tipThatAllHave(endpoint, seenBy: observer)
        try connection.ask(Lines.ping(5), Lines.pong(5))
        try connection.send(subscribe)
        _ = try Miner.subscribed(connection, id: "2")
        let job = try Miner.firstJob(connection)
        guard job.previous == observer.job.previous else { throw Mismatch("not the newest work: \(job.text)") }
    }
}
