import Bitcoin

extension Quirks {
    static let jobs: [Row] = [
        Row("Q06", "a new difficulty comes with a new job at once", run: difficultyWithJob),
        Row("Q07", "no job id comes twice, and a level's work is its own", run: idsAreFresh),
        Row("Q08", "shares are judged by the level of their job", run: levelOfTheJob),
        Row("Q09", "difficulties are powers of two in exact decimals", run: powersOfTwo),
        Row("Q15", "version, nBits and ntime are 8 lower-case digits", run: fixedWidth),
        Row("Q21", "the coinbase is below 500 bytes", run: smallCoinbase),
        Row("Q22", "a notify is below 4 KB and has 32 branch hashes at most", run: smallNotify),
        Row("Q28", "unknown jobs get 21, and eight in a row a fresh job", run: freshJobAfterRefusals),
        Row("Q30", "the high-difficulty port and d= in the password", run: difficultyByPortAndPassword),
        Row("Q33", "work on another block is clean, other work is not", run: cleanFlag),
    ]

    /// The password that asks for a level.
    static func password(_ level: UInt8) -> String {
        "d=\(Lines.difficultyText(level))"
    }

    private static func difficultyWithJob(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let before = miner.job
        try miner.connection.ask(
            Lines.request("5", "mining.suggest_difficulty", "[\(Lines.difficultyText(36))]"), Lines.yes("5"))
        try miner.expectLevel(36)
        // The job before still counts at its own, lower level: this share misses the new one.
        guard let target = Target(shareLevel: 36) else { return }
        var share = try miner.find(in: before)
        while target.isMet(by: share.hash) { share = try miner.find(in: before) }
        try miner.accepted(share)
        try miner.accepted(try miner.find())
    }

    private static func idsAreFresh(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        var seen = [miner.job]
        try miner.connection.ask(Lines.authorize("5", miner.name + "2", password: password(36)), Lines.yes("5"))
        seen.append(try miner.expectLevel(36))
        guard seen[0].coinbase1 != seen[1].coinbase1 else { throw Mismatch("the same work at two levels") }
        // Back to a level at which this work was given already: nothing is sent until there is other work.
        try miner.connection.ask(Lines.authorize("6", miner.name + "3", password: password(33)), Lines.yes("6"))
        try miner.connection.ask(Lines.ping(7), Lines.pong(7))
        try endpoint.refresh()
        seen.append(try miner.expectLevel(33))
        try endpoint.refresh()
        seen.append(try miner.expectJob(clean: false))
        let again = try Miner(endpoint, token: miner.token)
        seen.append(again.job)
        guard Set(seen.map(\.id)).count == seen.count, Set(seen.map(\.coinbase1)).count == seen.count else {
            throw Mismatch("a job came twice: \(seen.map(\.id))")
        }
    }

    private static func levelOfTheJob(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint, password: password(38), level: 38)
        let hard = miner.job
        guard let easy = Target(shareLevel: 33) else { return }
        try miner.refused(try miner.find(.low), 23, "low difficulty share")
        try miner.connection.ask(Lines.authorize("6", miner.name + "2", password: password(33)), Lines.yes("6"))
        try miner.expectLevel(33)
        // Lowered: the hard job stays hard.
        var share = try miner.find(.low, in: hard)
        while !easy.isMet(by: share.hash) { share = try miner.find(.low, in: hard) }
        try miner.refused(share, 23, "low difficulty share")
        // Each of these would be taken by chance in half of the cases if it were judged as another job's.
        for _ in 0..<10 { try miner.accepted(try miner.find(in: hard)) }
        try miner.accepted(try miner.find())
        try miner.refused(try miner.find(.low), 23, "low difficulty share")
    }

    private static func powersOfTwo(_ endpoint: any Endpoint) throws {
        let asked: [(String, String)] = [
            ("1000", "512"), ("3", "2"), ("1", "1"), ("0.3", "0.25"), ("16383.75", "8192"), ("1e2", "64"),
            ("0.0625", "0.0625"), ("1e-9", "0.000000000931322574615478515625"), ("65536", "65536"),
        ]
        for (text, sent) in asked {
            let connection = try Connection(port: endpoint.port)
            try connection.send(subscribe, Lines.authorize("3", Accounts.first, password: "x,d=\(text)"))
            _ = try Miner.subscribed(connection, id: "2")
            try connection.expect(
                Lines.yes("3"), #"{"id":null,"method":"mining.set_difficulty","params":[\#(sent)]}"#)
        }
    }

    private static func fixedWidth(_ endpoint: any Endpoint) throws {
        // Job.init compares every byte of the line with the layout of section 6.
        let job = try Miner(endpoint).job
        guard job.text == job.text.lowercased(), job.bits == 0x207f_ffff, job.version & 0xe000_1fff == job.version,
            job.version >= 0x2000_0000, job.previous.count == 32
        else { throw Mismatch("not a job of the trial chain: \(job.text)") }
    }

    private static func smallCoinbase(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint, password: password(40), level: 40)
        let length = miner.job.coinbase1.count + 12 + miner.job.coinbase2.count
        guard length < 500 else { throw Mismatch("a coinbase of \(length) bytes") }
        // What a miner makes of it is what the pool makes of it.
        try miner.accepted(try miner.find())
    }

    private static func smallNotify(_ endpoint: any Endpoint) throws {
        let job = try Miner(endpoint).job
        guard job.text.utf8.count < 4096, job.branch.count <= 32, job.branch.allSatisfy({ $0.count == 32 }) else {
            throw Mismatch("a notify of \(job.text.utf8.count) bytes and \(job.branch.count) branch hashes")
        }
    }

    private static func freshJobAfterRefusals(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let before = miner.job
        var share = try miner.find()
        let good = share.job
        share.job = "00fffffffffff021"
        for _ in 0..<7 { try miner.refused(share, 21, "job not found") }
        share.job = good
        try miner.accepted(share)
        // An accepted share breaks the row of refusals: the eighth is the first again.
        share.job = "00fffffffffff021"
        for id in 11...18 {
            try miner.connection.ask(
                share.line("\(id)", worker: miner.name), Lines.refusal("\(id)", 21, "job not found"))
        }
        try miner.expectJob(clean: false)
        guard miner.job.previous == before.previous else { throw Mismatch("another tip") }
    }

    private static func difficultyByPortAndPassword(_ endpoint: any Endpoint) throws {
        _ = try Miner(endpoint, port: endpoint.highPort, level: 41)
        _ = try Miner(endpoint, password: password(33), port: endpoint.highPort, level: 40)
        _ = try Miner(endpoint, password: password(45), port: endpoint.highPort, level: 45)
        _ = try Miner(endpoint, password: password(36), level: 36)
        _ = try Miner(endpoint, password: "x;d=0.5 y", level: 63)
        _ = try Miner(endpoint, password: "diff=1024", level: 33)
        let miner = try Miner(endpoint, port: endpoint.highPort, level: 41)
        try miner.accepted(try miner.find())
        try miner.refused(try miner.find(.low), 23, "low difficulty share")
    }

    private static func cleanFlag(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        try endpoint.refresh()
        try miner.expectJob(clean: false)
        try endpoint.newTip()
        try miner.awaitTip()
        try endpoint.refresh()
        try miner.expectJob(clean: false)
    }
}
