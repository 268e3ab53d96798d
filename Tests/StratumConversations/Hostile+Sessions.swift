import Bitcoin

extension Hostile {
    static let sessions: [Row] = [
        Row("H12", "submit before subscribe and before authorize", run: submitTooEarly),
        Row("H12b", "submits out of turn cost as much as refused shares", .with { $0.refusalBurst = 3 }, run: strikes),
        Row("H13", "subscribe twice, authorize several workers, another account", run: twice),
        Row("H13b", "64 workers on a connection", run: workerLimit),
        Row("H14", "a worker that is not authorised here", run: otherWorker),
        Row("H20", "the job id of another session", run: otherSessionsJob),
        Row("H33", "a guessed or stolen token", run: guessedToken),
    ]

    private static func submitTooEarly(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        let connection = try Connection(port: endpoint.port)
        let line = share.line("1", worker: miner.name)
        try connection.ask(line, Lines.refusal("1", 25, "not subscribed"))
        try connection.ask(authorize, Lines.yes("3"))
        try connection.ask(line, Lines.refusal("1", 25, "not subscribed"))
        try connection.send(subscribe)
        _ = try Miner.subscribed(connection, id: "2")
        _ = try Miner.firstJob(connection)
        let unauthorized = try Connection(port: endpoint.port)
        try unauthorized.send(subscribe)
        _ = try Miner.subscribed(unauthorized, id: "2")
        try unauthorized.ask(line, Lines.refusal("1", 24, "unauthorized worker"))
        try miner.accepted(share)
    }

    private static func strikes(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        let share = Share(
            job: "00fffffffffff021", extranonce2: "0000000000000001", ntime: "6553f100", nonce: "00000000", hash: .zero)
        let refusal = Lines.refusal("1", 25, "not subscribed")
        // One segment, so that no time passes in which the bucket fills.
        try connection.send(lines: (0..<4).map { _ in share.line("1", worker: "w") })
        try connection.expect(refusal, refusal, refusal, refusal)
        try connection.expectEnd()
    }

    private static func twice(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let connection = miner.connection
        let again = Lines.subscribed("5", token: miner.token, extranonce1: miner.extranonce1)
        try connection.ask(Lines.request("5", "mining.subscribe", #"["other/2"]"#), again)
        let other = try Miner(endpoint)
        try connection.ask(Lines.request("5", "mining.subscribe", #"["other/2","\#(other.token)"]"#), again)
        try connection.ask(Lines.authorize("6", Accounts.first + ".v"), Lines.yes("6"))
        try connection.ask(Lines.authorize("7", miner.name), Lines.yes("7"))
        try connection.ask(
            Lines.authorize("8", Accounts.second + ".w"), Lines.refusal("8", 24, "unauthorized worker"))
        try miner.accepted(try miner.find())
        try miner.accepted(try miner.find(), worker: Accounts.first + ".v")
        try miner.refused(try miner.find(), 24, "unauthorized worker", worker: Accounts.second + ".w")
    }

    private static func workerLimit(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        for worker in 2...64 {
            try miner.connection.ask(Lines.authorize("5", Accounts.first + ".\(worker)"), Lines.yes("5"))
        }
        try miner.connection.ask(
            Lines.authorize("6", Accounts.first + ".65"), Lines.refusal("6", 24, "too many workers on this connection"))
        // Those that are there are not refused, and all may submit.
        try miner.connection.ask(Lines.authorize("7", Accounts.first + ".64"), Lines.yes("7"))
        try miner.accepted(try miner.find(), worker: Accounts.first + ".64")
        try miner.accepted(try miner.find())
    }

    private static func otherWorker(_ endpoint: any Endpoint) throws {
        let other = try Miner(endpoint, name: Accounts.first + ".other")
        let miner = try Miner(endpoint)
        let names = [other.name, Accounts.first + ".W", Accounts.second, "", "w", ".w", miner.name + " "]
        for name in names { try miner.refused(try miner.find(), 24, "unauthorized worker", worker: name) }
        try miner.accepted(try miner.find())
    }

    private static func otherSessionsJob(_ endpoint: any Endpoint) throws {
        let other = try Miner(endpoint, password: Quirks.password(34), level: 34)
        let miner = try Miner(endpoint)
        var share = try miner.find()
        share.job = other.job.id
        try miner.refused(share, 21, "job not found")
        // Nor that of one with the same token, while it never had the job.
        let third = try Miner(endpoint, name: Accounts.second + ".w", password: Quirks.password(35), level: 35)
        share.job = third.job.id
        try miner.refused(share, 21, "job not found")
        share.job = miner.job.id
        try miner.accepted(share)
    }

    private static func guessedToken(_ endpoint: any Endpoint) throws {
        let holder = try Miner(endpoint)
        // From another address the token of a live session is none.
        let thief = try Miner(endpoint, name: Accounts.second + ".w", token: holder.token, source: "127.0.0.3")
        guard thief.extranonce1 != holder.extranonce1 else { throw Mismatch("a live extranonce1 was stolen") }
        // A token with any other last digit, or first, is none, wherever it comes from.
        for place in [0, 7, 8, 20, 31] {
            var digits = Array(holder.token)
            digits[place] = digits[place] == "0" ? "1" : "0"
            let guesser = try Miner(endpoint, token: String(digits))
            guard guesser.extranonce1 != holder.extranonce1, guesser.token != String(digits) else {
                throw Mismatch("a guessed token was taken: \(String(digits))")
            }
        }
        let short = try Miner(endpoint, token: String(holder.token.dropLast()))
        guard short.extranonce1 != holder.extranonce1 else { throw Mismatch("a cut token was taken") }
        // The holder has lost nothing.
        try holder.accepted(try holder.find())
    }
}
