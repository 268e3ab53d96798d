internal import Bitcoin
internal import BitcoinNode

/// The miner's side of one stratum connection: lines in, lines and events out. No sockets, no clock.
public struct MinerSession: Sendable {
    /// Who mines, and how.
    public struct Login: Hashable, Sendable {
        /// ACCOUNT or ACCOUNT.worker.
        public var user: String
        /// The password; pools read options from it.
        public var password: String
        /// Whether to ask for version rolling (BIP310).
        public var rollsVersions: Bool

        /// A login.
        public init(user: String, password: String = "x", rollsVersions: Bool = true) {
            self.user = user
            self.password = password
            self.rollsVersions = rollsVersions
        }
    }

    /// What a line of the pool leads to.
    public enum Event: Hashable, Sendable {
        /// A line is to be sent, without its newline.
        case send(String)
        /// The pool takes shares of this user.
        case authorized
        /// New work, in place of all earlier work.
        case work(StratumWork)
        /// A share counts.
        case accepted
        /// A share does not count; why.
        case refused(String)
        /// The pool says something to whoever runs the miner.
        case message(String)
        /// The connection is of no more use; why.
        case end(String)
    }

    /// What a request was about.
    private enum Request: Hashable {
        case configure, subscribe, authorize, submit
    }

    /// What makes the pool give the same extranonce1 to a later connection.
    public private(set) var resumeToken: String?

    private let login: Login
    private let versionMaskWanted: UInt32 = 0x1fff_e000
    private var nextID: Int64 = 0
    private var pending: [Int64: Request] = [:]
    private var extranonce1: [UInt8] = []
    private var extranonce2Size = 0
    private var versionMask: UInt32 = 0
    private var difficulty = StratumDifficulty.one

    /// A connection that has just been made.
    ///
    /// - Parameter resuming: the token of an earlier connection to the same pool.
    public init(_ login: Login, resuming token: String? = nil) {
        self.login = login
        resumeToken = token
    }

    /// What to send first.
    public mutating func start() -> [Event] {
        guard login.rollsVersions else {
            return [subscribe()]
        }
        let mask = JSONValue.string(Self.hex(versionMaskWanted))
        let options = JSONValue.members(["version-rolling.mask": mask, "version-rolling.min-bit-count": .integer(2)])
        return [request(.configure, "mining.configure", [.array([.string("version-rolling")]), options])]
    }

    /// The line that submits a share.
    public mutating func submit(_ share: FoundShare) -> Event {
        var params: [JSONValue] = [
            .string(login.user), .string(share.jobID), .string(Hex.encode(share.extranonce2)),
            .string(Self.hex(share.ntime)), .string(Self.hex(share.nonce)),
        ]
        if let bits = share.versionBits {
            params.append(.string(Self.hex(bits)))
        }
        return request(.submit, "mining.submit", params)
    }

    /// Takes a line of the pool, without its newline.
    public mutating func receive(_ line: [UInt8]) -> [Event] {
        guard let value = try? JSONValue(parsing: line) else {
            return [.end("the pool sent a line that is not JSON")]
        }
        if let method = value["method"]?.text {
            return take(method, value["params"]?.elements ?? [], id: value["id"] ?? .null)
        }
        guard let id = value["id"]?.wholeNumber, let request = pending.removeValue(forKey: id) else {
            return []
        }
        let error = value["error"] ?? .null
        return answered(request, value["result"] ?? .null, refusal: error == .null ? nil : Self.reason(error))
    }

    // MARK: Requests

    private mutating func request(_ kind: Request, _ method: String, _ params: [JSONValue]) -> Event {
        nextID += 1
        pending[nextID] = kind
        let members: KeyValuePairs<String, JSONValue?> = [
            "id": .integer(nextID), "method": .string(method), "params": .array(params),
        ]
        return .send(JSONValue.members(members).encoded)
    }

    private mutating func subscribe() -> Event {
        let token = resumeToken.map { [JSONValue.string($0)] } ?? []
        return request(.subscribe, "mining.subscribe", [.string("radpool-mine/1")] + token)
    }

    private static func hex(_ number: UInt32) -> String {
        Hex.encode([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) })
    }

    // MARK: Answers

    private mutating func answered(_ request: Request, _ result: JSONValue, refusal: String?) -> [Event] {
        switch request {
        case .configure:
            if result["version-rolling"] == .bool(true) {
                versionMask = Self.mask(result["version-rolling.mask"]) ?? 0
            }
            return [subscribe()]
        case .subscribe:
            return subscribed(result, refusal)
        case .authorize:
            guard result == .bool(true) else {
                return [.end("the pool refuses \(login.user): \(refusal ?? "no reason given")")]
            }
            return [.authorized]
        case .submit:
            return [result == .bool(true) ? .accepted : .refused(refusal ?? "no reason given")]
        }
    }

    private mutating func subscribed(_ result: JSONValue, _ refusal: String?) -> [Event] {
        guard let parts = result.elements, parts.count >= 3, take(extranonce1: parts[1], size: parts[2]) else {
            return [.end("the pool refuses to subscribe: \(refusal ?? "no extranonce")")]
        }
        let subscriptions = parts[0].elements?.compactMap(\.elements) ?? []
        resumeToken = subscriptions.first { $0.count == 2 && $0[0].text == "mining.notify" }?[1].text
        return [request(.authorize, "mining.authorize", [.string(login.user), .string(login.password)])]
    }

    private mutating func take(extranonce1 text: JSONValue, size: JSONValue) -> Bool {
        guard let bytes = text.text.flatMap({ try? Hex.decode($0) }), bytes.count <= 16,
            let size = size.wholeNumber, (1...16).contains(size)
        else {
            return false
        }
        extranonce1 = bytes
        extranonce2Size = Int(size)
        return true
    }

    private static func mask(_ value: JSONValue?) -> UInt32? {
        value?.text.flatMap { UInt32($0, radix: 16) }
    }

    /// `[code, "text", data]`, or whatever else the pool has.
    private static func reason(_ error: JSONValue) -> String {
        guard let parts = error.elements, parts.count >= 2, let text = parts[1].text else {
            return error["message"]?.text ?? error.encoded
        }
        return parts[0].wholeNumber.map { "\(text) [\($0)]" } ?? text
    }

    // MARK: What the pool sends by itself

    private mutating func take(_ method: String, _ params: [JSONValue], id: JSONValue) -> [Event] {
        switch method {
        case "mining.set_difficulty":
            return setDifficulty(params.first)
        case "mining.notify":
            return notify(params)
        case "mining.set_version_mask":
            versionMask = login.rollsVersions ? Self.mask(params.first) ?? 0 : 0
            return []
        case "mining.set_extranonce":
            guard params.count >= 2, take(extranonce1: params[0], size: params[1]) else {
                return [.end("the pool set an extranonce that is none")]
            }
            return []
        case "mining.ping":
            return [answer(id, .string("pong"))]
        case "client.get_version":
            return [answer(id, .string("radpool-mine/1"))]
        case "client.show_message":
            return params.first?.text.map { [.message($0)] } ?? []
        case "client.reconnect":
            // Always to the same pool: an address from the line would let anybody on the way take the miner over.
            return [.end("the pool asks to reconnect")]
        default:
            return []
        }
    }

    private func answer(_ id: JSONValue, _ result: JSONValue) -> Event {
        .send(JSONValue.members(["id": id, "result": result, "error": .null]).encoded)
    }

    private mutating func setDifficulty(_ value: JSONValue?) -> [Event] {
        let text: String? =
            switch value {
            case .number(let text): text
            case .string(let text): text
            default: nil
            }
        guard let difficulty = text.flatMap(StratumDifficulty.init) else {
            return [.end("the pool set a difficulty that is none")]
        }
        self.difficulty = difficulty
        return []
    }

    private func notify(_ params: [JSONValue]) -> [Event] {
        guard let job = StratumJob(params: params), extranonce2Size > 0 else {
            return [.end("the pool sent a job that is none")]
        }
        return [
            .work(
                StratumWork(
                    job: job, extranonce1: extranonce1, extranonce2Size: extranonce2Size, versionMask: versionMask,
                    difficulty: difficulty))
        ]
    }
}
