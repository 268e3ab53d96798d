import Foundation
import Synchronization
import Testing

@testable import BitcoinNode

/// A fake of a node's HTTP side: a plain socket that answers whatever a test wants, also what no node would.
final class FakeNode: Sendable {
    /// One request as it came.
    struct Request: Sendable {
        /// Counted from 1 over all connections.
        let number: Int
        /// The connection's number, counted from 1.
        let connection: Int
        let authorization: String
        let method: String
        let parameters: JSONValue
        let id: String
    }

    /// What is done about a request, in order.
    enum Action: Sendable {
        case send(String)
        /// Sends byte by byte.
        case dribble(String)
        /// Waits until the other side closes.
        case hang
        case close
    }

    let port: Int
    private let listener: Int32
    private let respond: @Sendable (Request) -> [Action]
    private let counts = Mutex((requests: 0, connections: 0))

    /// Listens, and answers until the test process ends: no test has to keep it.
    init(_ respond: @escaping @Sendable (Request) -> [Action]) throws {
        self.respond = respond
        (listener, port) = try Self.listen()
        Thread {
            while true {
                let connection = accept(self.listener, nil, nil)
                guard connection >= 0 else { continue }
                let number = self.counts.withLock { counts in
                    counts.connections += 1
                    return counts.connections
                }
                Thread { self.serve(connection, number) }.start()
            }
        }.start()
    }

    /// A port that nobody listens on.
    static func closedPort() throws -> Int {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && Foundation.listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isListening)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Requests and connections so far.
    var requestCount: Int { counts.withLock { $0.requests } }
    var connectionCount: Int { counts.withLock { $0.connections } }

    func endpoint(_ credentials: RPCCredentials = .password(user: "user", password: "s3cr3t")) -> NodeEndpoint {
        NodeEndpoint(port: port, credentials: credentials)
    }

    // MARK: Answers

    static func http(_ body: String, status: String = "200 OK", headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n"
            + body
    }

    static func result(_ result: String, _ request: Request) -> String {
        http("{\"result\":\(result),\"error\":null,\"id\":\(request.id)}\n")
    }

    static func error(_ code: Int, _ message: String, _ request: Request, status: String = "500 Error") -> String {
        let error = JSONValue.members(["code": .integer(code), "message": .string(message)])
        return http("{\"result\":null,\"error\":\(error.encoded),\"id\":\(request.id)}\n", status: status)
    }

    // MARK: Sockets

    private func serve(_ connection: Int32, _ number: Int) {
        defer { close(connection) }
        var input: [UInt8] = []
        while let request = receive(connection, number, &input) {
            for action in respond(request) {
                switch action {
                case .send(let text): guard write(Array(text.utf8), to: connection) else { return }
                case .dribble(let text):
                    for byte in text.utf8 {
                        guard write([byte], to: connection) else { return }
                    }
                case .hang:
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    while recv(connection, &buffer, buffer.count, 0) > 0 {}
                    return
                case .close: return
                }
            }
        }
    }

    private func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else {
                return false
            }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private func receive(_ connection: Int32, _ number: Int, _ input: inout [UInt8]) -> Request? {
        let separator = Data("\r\n\r\n".utf8)
        while true {
            let data = Data(input)
            if let end = data.range(of: separator) {
                let head = String(decoding: data[..<end.lowerBound], as: UTF8.self)
                let fields = head.components(separatedBy: "\r\n").dropFirst().map { $0.components(separatedBy: ": ") }
                func field(_ name: String) -> String { fields.first { $0[0].lowercased() == name }?[1] ?? "" }
                let length = Int(field("content-length")) ?? 0
                if data.count - end.upperBound >= length {
                    let body = Array(data[end.upperBound..<end.upperBound + length])
                    input = Array(data[(end.upperBound + length)...])
                    return request(body, authorization: field("authorization"), connection: number)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else {
                return nil
            }
            input += buffer[..<count]
        }
    }

    private func request(_ body: [UInt8], authorization: String, connection: Int) -> Request? {
        guard let json = try? JSONParser.parse(body), let method = json["method"]?.text else {
            return nil
        }
        let number = counts.withLock { counts in
            counts.requests += 1
            return counts.requests
        }
        return Request(
            number: number, connection: connection, authorization: authorization, method: method,
            parameters: json["params"] ?? .null, id: json["id"]?.encoded ?? "null")
    }
}
