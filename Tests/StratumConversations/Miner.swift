import Bitcoin

/// A miner: a connection that has subscribed and authorised, with every byte of the way checked.
public final class Miner {
    /// Its connection.
    public let connection: Connection
    /// ACCOUNT.worker.
    public let name: String
    /// The resume token.
    public let token: String
    /// 8 hex digits.
    public let extranonce1: String
    /// The newest job.
    public private(set) var job: Job
    /// Finds its shares.
    public var grinder: Grinder
    private var lastID = 1_000

    /// Connects, subscribes and authorises in one segment.
    ///
    /// - Parameters:
    ///   - port: nil for the plain port.
    ///   - level: the level that the first job must have; nil for any.
    public init(
        _ endpoint: any Endpoint, name: String = Accounts.first + ".w", password: String = "x", token: String? = nil,
        port: UInt16? = nil, source: String = "127.0.0.1", level: UInt8? = nil, tls: Bool = false
    ) throws {
        connection = try Connection(port: port ?? endpoint.port, source: source)
        if tls { try connection.startTLS() }
        self.name = name
        let params = token.map { #"["conversation/1","\#($0)"]"# } ?? #"["conversation/1"]"#
        try connection.send(
            Lines.request("1", "mining.subscribe", params), Lines.authorize("2", name, password: password))
        (self.token, extranonce1) = try Self.subscribed(connection, id: "1")
        grinder = Grinder(extranonce1: try Hex.decode(extranonce1))
        try connection.expect(Lines.yes("2"))
        job = try Self.firstJob(connection)
        if let level, job.level != level { throw Mismatch("expected level \(level), got \(job.level)") }
    }

    /// Reads subscribe's answer, and checks that it is written exactly as it should be.
    public static func subscribed(_ connection: Connection, id: String) throws -> (token: String, extranonce1: String) {
        let line = try connection.line() ?? "the end of the connection"
        let texts = line.split(separator: "\"").map(String.init)
        guard let place = texts.firstIndex(of: "mining.set_difficulty"), texts.count > place + 8 else {
            throw Mismatch("not subscribe's answer: \(line)")
        }
        let token = texts[place + 2]
        let extranonce1 = String(token.prefix(8))
        let expected = Lines.subscribed(id, token: token, extranonce1: extranonce1)
        guard line == expected, token.count == 32, token.allSatisfy({ "0123456789abcdef".contains($0) }) else {
            throw Mismatch("expected \(expected)\n     got \(line)")
        }
        return (token, extranonce1)
    }

    /// Reads set_difficulty and the first job, which is clean.
    public static func firstJob(_ connection: Connection) throws -> Job {
        let difficulty = try connection.line() ?? "the end of the connection"
        let job = try Job(line: try connection.line() ?? "the end of the connection")
        guard difficulty == Lines.difficulty(job.level) else {
            throw Mismatch("expected \(Lines.difficulty(job.level))\n     got \(difficulty)")
        }
        guard job.clean else { throw Mismatch("the first job is not clean: \(job.text)") }
        return job
    }

    // MARK: Talk

    /// A fresh id.
    public func nextID() -> String {
        lastID += 1
        return String(lastID)
    }

    /// The next line that is no notification of a job; jobs on the way are taken.
    public func reply() throws -> String? {
        while let line = try connection.line() {
            if Job.isNotify(line) {
                job = try Job(line: line)
            } else if !line.contains(#""method":"mining.set_difficulty""#) {
                return line
            }
        }
        return nil
    }

    /// Sends a line and expects an answer; jobs in between are taken.
    public func ask(_ line: String, _ answer: String) throws {
        try connection.send(line)
        try expectReply(answer)
    }

    /// Expects an answer; jobs before it are taken.
    public func expectReply(_ answer: String) throws {
        let reply = try reply()
        guard reply == answer else {
            throw Mismatch("expected \(answer)\n     got \(reply ?? "the end of the connection")")
        }
    }

    /// Expects a job as the next line, of the level before.
    @discardableResult
    public func expectJob(clean: Bool) throws -> Job {
        let next = try Job(line: try connection.line() ?? "the end of the connection")
        guard next.id != job.id, next.level == job.level, next.clean == clean else {
            throw Mismatch("expected another job of level \(job.level), clean \(clean)\n     got \(next.text)")
        }
        job = next
        return next
    }

    /// Expects set_difficulty and a job of that level, not clean, as the next lines.
    @discardableResult
    public func expectLevel(_ level: UInt8) throws -> Job {
        try connection.expect(Lines.difficulty(level))
        let next = try Job(line: try connection.line() ?? "the end of the connection")
        guard next.id != job.id, next.level == level, !next.clean else {
            throw Mismatch("expected another job of level \(level), not clean\n     got \(next.text)")
        }
        job = next
        return next
    }

    /// Waits for a job on another block, which must be clean.
    @discardableResult
    public func awaitTip() throws -> Job {
        let before = job.previous
        while job.previous == before {
            guard let line = try connection.line() else { throw Mismatch("the connection ended before the new tip") }
            if Job.isNotify(line) { job = try Job(line: line) }
        }
        guard job.clean else { throw Mismatch("the first job of a tip is not clean: \(job.text)") }
        return job
    }

    /// Takes a line that is a job.
    public func take(_ line: String) throws {
        job = try Job(line: line)
    }

    // MARK: Shares

    /// What a share is to be.
    public enum Want {
        /// Meets the level, and is no block.
        case good
        /// Misses the level, and is no block.
        case low
        /// Is a block, and meets the level.
        case block
        /// Is a block, and misses the level.
        case lowBlock
    }

    /// Finds a share of a job, the newest by default.
    public func find(
        _ want: Want = .good, in job: Job? = nil, _ variation: Grinder.Variation = Grinder.Variation()
    ) throws -> Share {
        let job = job ?? self.job
        guard let target = Target(shareLevel: job.level) else { throw Mismatch("no level in \(job.id)") }
        return try grinder.find(job, variation) { hash in
            let meets = target.isMet(by: hash)
            let isBlock = PoolRules.isBlock(hash)
            switch want {
            case .good: return meets && !isBlock
            case .low: return !meets && !isBlock
            case .block: return isBlock && meets
            case .lowBlock: return isBlock && !meets
            }
        }
    }

    /// Submits and expects `true`.
    public func accepted(_ share: Share, worker: String? = nil) throws {
        let id = nextID()
        try ask(share.line(id, worker: worker ?? name), Lines.yes(id))
    }

    /// Submits and expects a refusal.
    public func refused(_ share: Share, _ code: Int, _ text: String, worker: String? = nil) throws {
        let id = nextID()
        try ask(share.line(id, worker: worker ?? name), Lines.refusal(id, code, text))
    }
}
