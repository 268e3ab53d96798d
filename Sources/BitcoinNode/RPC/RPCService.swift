/// Turns the body of a request into that of an answer: JSON-RPC 1.0 as bitcoind speaks it, with batches.
struct RPCService: Sendable {
    /// An HTTP answer.
    struct Reply: Sendable {
        let status: Int
        let body: String
    }

    /// Answers one call.
    let call: @Sendable (_ method: String, _ parameters: JSONValue?) async throws(RPCError) -> JSONValue

    /// The answer to a body.
    func reply(to body: [UInt8]) async -> Reply {
        let request: JSONValue
        do {
            request = try JSONParser.parse(body)
        } catch {
            return Self.single(id: .null, error: .parse)
        }
        switch request {
        case .object:
            let (id, outcome) = await answer(request)
            switch outcome {
            case .success(let result):
                return Reply(status: 200, body: Self.response(id: id, result: result, error: nil).encoded + "\n")
            case .failure(let error): return Self.single(id: id, error: error)
            }
        case .array(let requests):
            var answers: [JSONValue] = []
            for request in requests {
                let (id, outcome) = await answer(request)
                switch outcome {
                case .success(let result): answers.append(Self.response(id: id, result: result, error: nil))
                case .failure(let error): answers.append(Self.response(id: id, result: .null, error: error))
                }
            }
            return Reply(status: 200, body: JSONValue.array(answers).encoded + "\n")
        default: return Self.single(id: .null, error: RPCError(code: -32700, message: "Top-level object parse error"))
        }
    }

    private func answer(_ request: JSONValue) async -> (id: JSONValue, Result<JSONValue, RPCError>) {
        guard case .object = request else {
            return (.null, .failure(.invalidRequest("Invalid Request object")))
        }
        let id = request["id"] ?? .null
        guard let method = request["method"] else { return (id, .failure(.invalidRequest("Missing method"))) }
        guard let name = method.text else { return (id, .failure(.invalidRequest("Method must be a string"))) }
        do {
            return (id, .success(try await call(name, request["params"])))
        } catch {
            return (id, .failure(error))
        }
    }

    private static func single(id: JSONValue, error: RPCError) -> Reply {
        let status =
            switch error.code {
            case -32600: 400
            case -32601: 404
            default: 500
            }
        return Reply(status: status, body: response(id: id, result: .null, error: error).encoded + "\n")
    }

    private static func response(id: JSONValue, result: JSONValue, error: RPCError?) -> JSONValue {
        let error = error.map { JSONValue.members(["code": .integer($0.code), "message": .string($0.message)]) }
        return .members(["result": result, "error": error ?? .null, "id": id])
    }
}
