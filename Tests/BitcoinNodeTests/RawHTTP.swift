import Foundation
import Testing

/// One HTTP exchange over a plain socket, for what URLSession would handle by itself (401).
enum RawHTTP {
    /// Sends bytes to a port of 127.0.0.1 and gives all that comes back until the other side closes.
    static func exchange(_ request: String, port: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try blockingExchange(request, port: port) })
            }
        }
    }

    private static func blockingExchange(_ request: String, port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        try #require(send(descriptor, request, request.utf8.count, 0) == request.utf8.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// A request that asks for the connection to be closed.
    static func request(_ body: String, authorization: String, method: String = "POST") -> String {
        "\(method) / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Authorization: Basic \(Data(authorization.utf8).base64EncodedString())\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
