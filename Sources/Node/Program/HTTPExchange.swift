internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One HTTP request without TLS and its answer, on a connection of its own.
public struct HTTPExchange: Sendable {
    /// An answer.
    public struct Answer: Hashable, Sendable {
        /// The status code.
        public let status: Int
        /// The body.
        public let body: [UInt8]
    }

    /// The most bytes of an answer's body.
    public static let maximumAnswer = 16 * 1024 * 1024

    private let host: String
    private let port: Int
    private let head: HTTPRequestHead
    private let body: [UInt8]

    /// A request.
    ///
    /// - Parameter url: of scheme http; nil is returned for any other.
    public init?(_ method: String, url: String, headers: [(String, String)] = [], body: [UInt8] = []) {
        guard let components = URLComponents(string: url), components.scheme == "http", let host = components.host,
            !host.isEmpty
        else {
            return nil
        }
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = components.port ?? 80
        let path = components.percentEncodedPath
        let query = components.percentEncodedQuery.map { "?\($0)" } ?? ""
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: (path.isEmpty ? "/" : path) + query)
        head.headers.add(name: "Host", value: components.port.map { "\(host):\($0)" } ?? host)
        head.headers.add(name: "Connection", value: "close")
        if !body.isEmpty { head.headers.add(name: "Content-Length", value: String(body.count)) }
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        self.head = head
        self.body = body
    }

    /// Sends the request and waits for the whole answer.
    public func perform(timeout: Duration) async throws(HTTPExchangeError) -> Answer {
        let outcome = await withTaskGroup(of: Result<Answer, HTTPExchangeError>.self) { group in
            group.addTask { await self.exchange() }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return .failure(.timeout)
            }
            let first = await group.next() ?? .failure(.timeout)
            group.cancelAll()
            return first
        }
        return try outcome.get()
    }

    private func exchange() async -> Result<Answer, HTTPExchangeError> {
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        do {
            channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(.seconds(5))
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            return .failure(.cannotConnect)
        }
        let content: [HTTPClientRequestPart] = body.isEmpty ? [] : [.body(.byteBuffer(ByteBuffer(bytes: body)))]
        let request = [.head(head)] + content + [.end(nil)]
        var outcome = Result<Answer, HTTPExchangeError>.failure(.broken)
        do {
            try await channel.executeThenClose { inbound, outbound in
                // All at once: a server answers as soon as it has the body, and then closes.
                try await outbound.write(contentsOf: request)
                outcome = try await Self.answer(inbound)
            }
        } catch {
            // A server that closes first makes our own closing fail: that takes nothing from an answer that is there.
            return outcome
        }
        return outcome
    }

    private static func answer(
        _ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
    ) async throws -> Result<Answer, HTTPExchangeError> {
        var status = 0
        var body: [UInt8] = []
        for try await part in parts {
            switch part {
            case .head(let head): status = Int(head.status.code)
            case .body(let bytes):
                guard body.count + bytes.readableBytes <= maximumAnswer else { return .failure(.tooLong) }
                body += bytes.readableBytesView
            case .end: return .success(Answer(status: status, body: body))
            }
        }
        return .failure(.broken)
    }
}

/// Why there is no answer.
public enum HTTPExchangeError: Error, Hashable, Sendable {
    /// Nobody listens there.
    case cannotConnect
    /// The connection ended before the answer did, or it is not HTTP.
    case broken
    /// The body is too long.
    case tooLong
    /// The time is up.
    case timeout
}
