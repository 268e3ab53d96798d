internal import Foundation

/// Calls one node by JSON-RPC over HTTP.
///
/// Connections are kept and used again; calls at the same time each have their own, so a long poll never holds up
/// another call. All calls that this type offers may be sent twice without harm, and are when a kept connection turns
/// out to be dead or the cookie has changed.
public actor RPCClient {
    /// Bounds of one client.
    public struct Limits: Sendable {
        /// Until a connection is there.
        public var connect: Duration
        /// Until the whole answer is there.
        public var answer: Duration
        /// The same for a long poll; then it is asked anew.
        public var longPoll: Duration
        /// The largest answer in bytes.
        public var answerSize: Int

        /// 5 s, 30 s, 10 min and 64 MB by default.
        public init(
            connect: Duration = .seconds(5), answer: Duration = .seconds(30), longPoll: Duration = .seconds(600),
            answerSize: Int = 64_000_000
        ) {
            self.connect = connect
            self.answer = answer
            self.longPoll = longPoll
            self.answerSize = answerSize
        }
    }

    /// The node.
    public nonisolated let endpoint: NodeEndpoint

    nonisolated let limits: Limits
    private var idle: [HTTPConnection] = []
    private var authorization: String?
    private var lastID: UInt64 = 0

    /// How many connections stay open without a call: the long poll's and two more.
    private static let mostIdle = 3

    /// A client that connects at its first call.
    public init(endpoint: NodeEndpoint, limits: Limits = Limits()) {
        self.endpoint = endpoint
        self.limits = limits
    }

    deinit {
        for connection in idle { connection.close() }
    }

    /// Calls a method.
    ///
    /// - Parameter parameters: the `params` as JSON text, a list.
    func call(_ method: String, _ parameters: [UInt8], timeout: Duration? = nil) async throws(NodeError) -> RPCAnswer {
        lastID += 1
        let id = lastID
        let body = Array("{\"id\":\(id),\"method\":\"\(method)\",\"params\":".utf8) + parameters + [UInt8(ascii: "}")]
        let timeout = timeout ?? limits.answer
        var answer = try await post(body, timeout: timeout)
        if answer.status == 401 {
            // bitcoind has started anew, and written another cookie.
            authorization = nil
            answer = try await post(body, timeout: timeout)
        }
        return try RPCAnswer(answer, id: id)
    }

    /// Calls a method with typed arguments.
    func call(_ method: String, _ parameters: JSONValue...) async throws(NodeError) -> JSONValue {
        try await call(method, Array(JSONValue.array(parameters).encoded.utf8)).value()
    }

    private func post(_ body: [UInt8], timeout: Duration) async throws(NodeError) -> HTTPExchange.Answer {
        if let kept = takeIdle() {
            do {
                return try await post(body, on: kept, timeout: timeout)
            } catch .connectionLost {
                // The node closes idle connections after a while: that is no failure of the call.
                for connection in idle { connection.close() }
                idle = []
            }
        }
        authorization = nil
        let fresh = try await HTTPConnection.open(
            host: endpoint.host, port: endpoint.port, timeout: limits.connect, limit: limits.answerSize)
        return try await post(body, on: fresh, timeout: timeout)
    }

    private func post(
        _ body: [UInt8], on connection: HTTPConnection, timeout: Duration
    ) async throws(NodeError) -> HTTPExchange.Answer {
        let authorization: String
        do {
            authorization = try authorizationHeader()
        } catch {
            connection.close()
            throw error
        }
        let answer = try await connection.post(
            body, host: endpoint.name, authorization: authorization, timeout: timeout)
        if answer.isKept, idle.count < Self.mostIdle {
            idle.append(connection)
        } else {
            connection.close()
        }
        return answer
    }

    private func takeIdle() -> HTTPConnection? {
        while let connection = idle.popLast() {
            if connection.isOpen { return connection }
        }
        return nil
    }

    private func authorizationHeader() throws(NodeError) -> String {
        if let authorization { return authorization }
        let secret: String
        switch endpoint.credentials {
        case .password(let user, let password): secret = "\(user):\(password)"
        case .cookie(let file): secret = try Self.cookie(file)
        }
        let header = "Basic \(Data(secret.utf8).base64EncodedString())"
        authorization = header
        return header
    }

    private static func cookie(_ file: URL) throws(NodeError) -> String {
        let failure = NodeError.unreadableCookie(path: file.path)
        guard let handle = try? FileHandle(forReadingFrom: file) else { throw failure }
        defer { try? handle.close() }
        // A cookie has some 75 bytes; a longer file is none.
        guard let data = try? handle.read(upToCount: 1025), data.count <= 1024,
            let text = String(validating: data, as: UTF8.self)
        else { throw failure }
        let cookie = text.trimmingCharacters(in: .newlines)
        guard cookie.contains(":"), !cookie.contains(where: \.isNewline) else { throw failure }
        return cookie
    }
}
