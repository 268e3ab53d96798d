import Foundation
import FoundationNetworking
import TestSupport
import Testing

@testable import BitcoinNode

/// A caller of JSON-RPC that shares no code with the server but the JSON value.
struct PlainCaller: Sendable {
    let port: Int
    var authorization = "user:password"

    /// Posts a body; the status and the answer.
    func post(_ body: String) async throws -> (Int, String) {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)/")))
        request.httpMethod = "POST"
        request.timeoutInterval = 900
        request.httpBody = Data(body.utf8)
        request.setValue(
            "Basic \(Data(authorization.utf8).base64EncodedString())", forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return (http.statusCode, String(decoding: data, as: UTF8.self))
    }

    /// The result of a call that must succeed. `parameters` is JSON text.
    func call(_ method: String, _ parameters: String = "[]") async throws -> JSONValue {
        let (status, body) = try await post("{\"id\":1,\"method\":\"\(method)\",\"params\":\(parameters)}")
        let answer = try JSONParser.parse(Array(body.utf8))
        #expect(status == 200, "\(method): \(body.prefix(300))")
        #expect(answer["error"] == .null)
        return try #require(answer["result"])
    }

    /// The error of a call that must fail.
    func failure(_ method: String, _ parameters: String = "[]") async throws -> RPCError {
        let (status, body) = try await post("{\"id\":1,\"method\":\"\(method)\",\"params\":\(parameters)}")
        let error = try #require(try JSONParser.parse(Array(body.utf8))["error"])
        let code = Int(try #require(error["code"]?.wholeNumber))
        #expect(status == (code == -32601 ? 404 : code == -32600 ? 400 : 500))
        return RPCError(code: code, message: try #require(error["message"]?.text))
    }
}

/// An embedded node and its server on a free port.
struct ServedNode {
    let directory: TemporaryFolder
    let node: RegtestNode
    let server: RPCServer
    let client: PlainCaller

    init(longPollTimes: RegtestNode.LongPollTimes = .init()) async throws {
        directory = try TemporaryFolder("node")
        node = try RegtestNode(library: Kernel.library(), directory: directory.url, longPollTimes: longPollTimes)
        server = try await RPCServer(
            node: node, port: 0, credentials: .password(user: "user", password: "password"))
        client = PlainCaller(port: server.port)
    }

    func stop() async {
        await node.stop()
        await server.stop()
    }
}
