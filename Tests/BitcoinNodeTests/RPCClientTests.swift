import Bitcoin
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import BitcoinNode

extension RPCClient.Limits {
    /// Times that no test reaches, however busy the machine.
    static let patient = RPCClient.Limits(connect: .seconds(3600), answer: .seconds(3600), longPoll: .seconds(3600))
}

/// The client against fakes that answer as no node should.
@Suite struct RPCClientTests {
    /// The error of a call to a fake.
    private func failure(
        limits: RPCClient.Limits = .patient, _ respond: @escaping @Sendable (FakeNode.Request) -> [FakeNode.Action]
    ) async throws -> NodeError? {
        let fake = try FakeNode(respond)
        let client = RPCClient(endpoint: fake.endpoint(), limits: limits)
        do throws(NodeError) {
            let value = try await client.call("getbestblockhash")
            Issue.record("an answer: \(value)")
            return nil
        } catch {
            // Neither in clear nor as the header carries it.
            let texts = "\(error) \(String(reflecting: error))"
            #expect(!texts.contains("s3cr3t") && !texts.contains(Data("user:s3cr3t".utf8).base64EncodedString()))
            return error
        }
    }

    private func limits(size: Int) -> RPCClient.Limits {
        var limits = RPCClient.Limits.patient
        limits.answerSize = size
        return limits
    }

    @Test func answersThatAreCutShort() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
        #expect(try await failure { _ in [.close] } == .connectionLost)
        #expect(try await failure { _ in [.send("HTTP/1.1 200"), .close] } == .connectionLost)
        #expect(try await failure { _ in [.send(head), .close] } == .connectionLost)
        #expect(try await failure { _ in [.send(head + "{\"result\":"), .close] } == .connectionLost)
        let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"result\r\n"
        #expect(try await failure { _ in [.send(chunk), .close] } == .connectionLost)
    }

    @Test func answersThatAreTooLarge() async throws {
        let large = NodeError.answerTooLarge(limit: 1000)
        let body = String(repeating: " ", count: 1001)
        #expect(try await failure(limits: limits(size: 1000)) { _ in [.send(FakeNode.http(body)), .hang] } == large)
        // The stated length alone is enough; nothing of it has to come.
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"
        #expect(try await failure(limits: limits(size: 1000)) { _ in [.send(head), .hang] } == large)
        let chunk = "3e9\r\n\(body)\r\n"
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)"
        #expect(try await failure(limits: limits(size: 1000)) { _ in [.send(chunked), .hang] } == large)
        // Without a length, the end of the connection is the end of the body.
        let endless = "HTTP/1.1 200 OK\r\n\r\n\(body)"
        #expect(try await failure(limits: limits(size: 1000)) { _ in [.send(endless), .hang] } == large)
    }

    @Test func answersThatAreNoAnswers() async throws {
        #expect(try await failure { _ in [.send("what?\r\n\r\n"), .hang] } == .malformedAnswer("no HTTP"))
        let bodies = [
            "", "no", "{", "[]", "{}", "{\"result\":1}", "{\"result\":1,\"error\":null}",
            "{\"result\":1,\"error\":null,\"id\":1}x", "{\"result\":1,\"result\":1,\"error\":null,\"id\":1}",
            "{\"result\":{\"a\":1,\"\\u0061\":1},\"error\":null,\"id\":1}", "{\"error\":null,\"id\":1}",
            "{\"result\":01,\"error\":null,\"id\":1}", "{\"result\":1,\"error\":null,\"id\":1",
            "{\"result\":\(String(repeating: "[", count: 100_000)),\"error\":null,\"id\":1}",
            "{\"result\":\"\u{1}\",\"error\":null,\"id\":1}", "{\"result\":\"\\\",\"error\":null,\"id\":1}",
        ]
        for body in bodies {
            let error = try await failure { _ in [.send(FakeNode.http(body))] }
            guard case .malformedAnswer = error else {
                Issue.record("\(body.prefix(80)): \(String(describing: error))")
                continue
            }
        }
    }

    @Test func answersToAnotherRequest() async throws {
        let other = NodeError.malformedAnswer("it belongs to another request")
        for id in ["2", "null", "\"1\"", "1.0"] {
            let body = "{\"result\":\"\",\"error\":null,\"id\":\(id)}"
            #expect(try await failure { _ in [.send(FakeNode.http(body))] } == other)
        }
    }

    @Test func statusesWithoutAnAnswer() async throws {
        #expect(try await failure { _ in [.send(FakeNode.http("", status: "403 Forbidden"))] } == .forbidden)
        let busy = FakeNode.http("Work queue depth exceeded", status: "503 Service Unavailable")
        #expect(try await failure { _ in [.send(busy)] } == .httpStatus(503))
        #expect(
            try await failure { _ in [.send(FakeNode.http("<html>", status: "404 Not Found"))] } == .httpStatus(404))
        // A result with a status that says otherwise is none.
        let torn = FakeNode.http("{\"result\":1,\"error\":null,\"id\":1}", status: "500 Error")
        #expect(try await failure { _ in [.send(torn)] } == .httpStatus(500))
    }

    @Test func errorsThatTheNodeStates() async throws {
        for status in ["500 Internal Server Error", "404 Not Found", "200 OK"] {
            let error = try await failure { [.send(FakeNode.error(-28, "Loading\nblock index…", $0, status: status))] }
            #expect(error == .refused(RPCError(code: -28, message: "Loading block index…")))
        }
        let long = String(repeating: "é", count: 1000)
        let error = try await failure { [.send(FakeNode.error(-1, long, $0))] }
        #expect(error == .refused(RPCError(code: -1, message: String(repeating: "é", count: 300))))
    }

    @Test func aPasswordThatIsRefusedIsTriedTwice() async throws {
        let fake = try FakeNode { _ in [.send(FakeNode.http("", status: "401 Unauthorized"))] }
        let client = RPCClient(endpoint: fake.endpoint(), limits: .patient)
        await #expect(throws: NodeError.unauthorized) { try await client.bestBlockHash() }
        #expect(fake.requestCount == 2)
    }

    @Test func aCookieIsReadAnewAfterA401AndForEveryConnection() async throws {
        let directory = try TemporaryFolder("node")
        let file = directory.url.appending(path: ".cookie")
        let accepted = Mutex("__cookie__:one")
        let fake = try FakeNode { request in
            let expected = "Basic " + Data(accepted.withLock { $0 }.utf8).base64EncodedString()
            guard request.authorization == expected else {
                return [.send(FakeNode.http("", status: "401 Unauthorized"))]
            }
            let answer = FakeNode.result("\"\(String(repeating: "0", count: 64))\"", request)
            return request.method == "getbestblockhash" ? [.send(answer)] : [.send(answer), .close]
        }
        let client = RPCClient(endpoint: fake.endpoint(.cookie(file: file)), limits: .patient)
        await #expect(throws: NodeError.unreadableCookie(path: file.path)) { try await client.bestBlockHash() }
        try Data("no colon".utf8).write(to: file)
        await #expect(throws: NodeError.unreadableCookie(path: file.path)) { try await client.bestBlockHash() }
        try Data(repeating: 0x3a, count: 4000).write(to: file)
        await #expect(throws: NodeError.unreadableCookie(path: file.path)) { try await client.bestBlockHash() }
        #expect(fake.requestCount == 0)

        try Data("__cookie__:one\n".utf8).write(to: file)
        #expect(try await client.bestBlockHash() == .zero)
        #expect(fake.requestCount == 1)
        // The node starts anew on the same connection, as far as the client sees: one 401, then the new cookie.
        accepted.withLock { $0 = "__cookie__:two" }
        try Data("__cookie__:two".utf8).write(to: file)
        #expect(try await client.bestBlockHash() == .zero)
        #expect(fake.requestCount == 3)
        // And with the connection cut: no 401 is needed.
        _ = try await client.call("cut")
        accepted.withLock { $0 = "__cookie__:three" }
        try Data("__cookie__:three".utf8).write(to: file)
        #expect(try await client.bestBlockHash() == .zero)
        #expect(fake.requestCount == 5)
    }

    @Test func aNodeThatDoesNotAnswerIsGivenUp() async throws {
        var limits = RPCClient.Limits.patient
        limits.answer = .milliseconds(50)
        #expect(try await failure(limits: limits) { _ in [.hang] } == .timedOut)
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
        #expect(try await failure(limits: limits) { _ in [.send(half), .hang] } == .timedOut)
    }

    @Test func aCancelledCallEndsItsConnection() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let fake = try FakeNode { _ in
            arrival.yield()
            return [.hang]
        }
        let client = RPCClient(endpoint: fake.endpoint(), limits: .patient)
        let call = Task { () -> NodeError? in
            do throws(NodeError) {
                _ = try await client.bestBlockHash()
                return nil
            } catch {
                return error
            }
        }
        var iterator = arrivals.makeAsyncIterator()
        await iterator.next()
        call.cancel()
        #expect(await call.value == .cancelled)
    }

    @Test func nobodyListens() async throws {
        let port = try FakeNode.closedPort()
        let client = RPCClient(
            endpoint: NodeEndpoint(port: port, credentials: .password(user: "u", password: "s3cr3t")))
        await #expect(throws: NodeError.unreachable("connection refused")) { try await client.bestBlockHash() }
        let nowhere = RPCClient(
            endpoint: NodeEndpoint(host: "no such host", port: 1, credentials: .password(user: "u", password: "p")))
        await #expect(throws: NodeError.unreachable("unknown host")) { try await nowhere.bestBlockHash() }
    }

    // MARK: Amounts

    @Test func estimatesAreExactToTheSatoshi() async throws {
        let cases: [(String, Int64?)] = [
            ("0.00001234", 1234), ("0.00000001", 1), ("20999999.97690000", 2_099_999_997_690_000), ("1", 100_000_000),
            ("1e-05", nil), ("-0.00001000", nil), ("0.000012345", nil), ("\"0.00001\"", nil),
            ("21000000.00000001", nil),
        ]
        for (text, satoshis) in cases {
            let fake = try FakeNode { [.send(FakeNode.result("{\"feerate\":\(text),\"blocks\":2}", $0))] }
            let estimate = try? await RPCClient(endpoint: fake.endpoint(), limits: .patient).estimateFee(target: 2)
            #expect(estimate?.satoshisPerKilobyte?.satoshis == satoshis, "\(text)")
            #expect((estimate == nil) == (satoshis == nil), "\(text)")
        }
    }

    @Test func amountsAreReadAsTheyAreWritten() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<1000 {
            let satoshis = Int64(generator.next() % 2_100_000_000_000_001) >> Int64(generator.next() % 51)
            guard case .number(let text) = JSONValue.bitcoins(satoshis) else { return }
            #expect(Amount(bitcoinText: text)?.satoshis == satoshis, "\(text)")
        }
        for text in ["", ".", "1.", ".1", "1.123456789", "+1", "1,0", "0x1", "1.1.1", "123456789", "١"] {
            #expect(Amount(bitcoinText: text) == nil, "\(text)")
        }
    }

    // MARK: Connections

    private static let answer = "\"\(String(repeating: "0", count: 64))\""

    @Test func connectionsAreKept() async throws {
        let fake = try FakeNode { [.dribble(FakeNode.result(Self.answer, $0))] }
        let client = RPCClient(endpoint: fake.endpoint(), limits: .patient)
        for _ in 0..<10 { #expect(try await client.bestBlockHash() == .zero) }
        #expect(fake.connectionCount == 1)
        #expect(fake.requestCount == 10)
    }

    @Test func aConnectionThatTheNodeClosesIsReplaced() async throws {
        let fake = try FakeNode { [.send(FakeNode.result(Self.answer, $0)), .close] }
        let client = RPCClient(endpoint: fake.endpoint(), limits: .patient)
        for _ in 0..<50 { #expect(try await client.bestBlockHash() == .zero) }
        #expect(fake.connectionCount == 50)
        let chunked = try FakeNode { request in
            let body = "{\"result\":\(Self.answer),\"error\":null,\"id\":\(request.id)}"
            let size = String(body.utf8.count, radix: 16)
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            return [.send("\(head)\(size)\r\n\(body)\r\n0\r\n\r\n")]
        }
        let other = RPCClient(endpoint: chunked.endpoint(), limits: .patient)
        for _ in 0..<3 { #expect(try await other.bestBlockHash() == .zero) }
        #expect(chunked.connectionCount == 3)
    }

    @Test func aLongPollHoldsUpNoOtherCall() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let fake = try FakeNode { request in
            guard request.method == "getblocktemplate" else {
                return [.send(FakeNode.result(Self.answer, request))]
            }
            arrival.yield()
            return [.hang]
        }
        let client = RPCClient(endpoint: fake.endpoint(), limits: .patient)
        let poll = Task { try await client.template(network: .regtest, longPollID: "0") }
        var iterator = arrivals.makeAsyncIterator()
        await iterator.next()
        for _ in 0..<3 { #expect(try await client.bestBlockHash() == .zero) }
        poll.cancel()
        #expect(fake.connectionCount == 2)
    }
}
