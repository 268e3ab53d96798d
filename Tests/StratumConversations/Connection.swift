import COpenSSL
import Foundation

/// Why a conversation went wrong: the description is what a failing test shows.
public struct Mismatch: Error, CustomStringConvertible {
    /// What was expected, and what came.
    public let description: String

    /// A mismatch in words.
    public init(_ description: String) {
        self.description = description
    }
}

/// A client of a stratum port over a blocking socket, plain or TLS.
///
/// Every wait ends after `safetyNet`, which is far beyond any time that a working server takes: it turns a hang into a
/// failure and decides nothing else.
public final class Connection {
    /// Milliseconds after which a silent server counts as hanging.
    nonisolated(unsafe) public static var safetyNet: Int32 = 600_000

    private let descriptor: Int32
    private var tls: OpaquePointer?
    private var context: OpaquePointer?
    private var received: [UInt8] = []
    private var start = 0

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - source: the address to connect from, one of 127.0.0.0/8.
    ///   - receiveBuffer: what the kernel may keep for this client, in bytes; 0 for the usual size.
    public init(port: UInt16, source: String = "127.0.0.1", receiveBuffer: Int32 = 0) throws {
        signal(SIGPIPE, SIG_IGN)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        var room = receiveBuffer
        if room > 0 {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        }
        let bound = Self.withAddress(source, 0) { bind(descriptor, $0, $1) }
        let connected = Self.withAddress("127.0.0.1", port) { connect(descriptor, $0, $1) }
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        guard descriptor >= 0, bound == 0, connected == 0 else {
            throw Mismatch("cannot connect from \(source) to port \(port): error \(errno)")
        }
    }

    deinit {
        SSL_free(tls)
        SSL_CTX_free(context)
        close(descriptor)
    }

    private static func withAddress(
        _ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr(text)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Begins TLS; the certificate is not looked at.
    public func startTLS() throws {
        context = SSL_CTX_new(TLS_client_method())
        tls = SSL_new(context)
        guard SSL_set_fd(tls, descriptor) == 1, SSL_connect(tls) == 1 else {
            throw Mismatch("no TLS handshake")
        }
    }

    // MARK: Out

    /// Sends bytes; returns false when the server has closed the connection.
    @discardableResult
    public func send(bytes: [UInt8]) throws -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = try write(bytes[sent...])
            if count < 0 { return false }
            sent += count
        }
        return true
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws -> Int {
        try bytes.withUnsafeBytes { buffer in
            if tls != nil {
                var count = 0
                return SSL_write_ex(tls, buffer.baseAddress, buffer.count, &count) == 1 ? count : -1
            }
            let count = Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN {
                try wait(for: Int16(POLLOUT))
                return 0
            }
            return count
        }
    }

    /// Sends lines in one segment.
    public func send(_ lines: String...) throws {
        try send(lines: lines)
    }

    /// Sends lines in one segment.
    public func send(lines: [String]) throws {
        try send(bytes: Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// Says that nothing more will be sent, and goes on reading.
    public func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    // MARK: In

    private func wait(for events: Int16) throws {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        guard poll(&entry, 1, Self.safetyNet) > 0 else {
            throw Mismatch("the server is silent; unread: \(String(decoding: received[start...], as: UTF8.self))")
        }
    }

    /// Reads once; returns how many bytes came, 0 at the end.
    @discardableResult
    public func readOnce() throws -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        if tls != nil {
            if SSL_has_pending(tls) == 0 { try wait(for: Int16(POLLIN)) }
            if SSL_read_ex(tls, &buffer, buffer.count, &count) != 1 { count = 0 }
        } else {
            try wait(for: Int16(POLLIN))
            count = max(recv(descriptor, &buffer, buffer.count, 0), 0)
        }
        received.removeFirst(start)
        start = 0
        received += buffer[..<count]
        return count
    }

    /// Whether there is something to read at this moment.
    public func hasBytes() throws -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return start < received.count || poll(&entry, 1, 0) > 0
    }

    /// What was read and not taken yet.
    public var unread: String {
        String(decoding: received[start...], as: UTF8.self)
    }

    /// The next line without its end; nil when the server has closed.
    public func line() throws -> String? {
        var scanned = start
        while true {
            if let end = received[scanned...].firstIndex(of: 0x0a) {
                defer { start = end + 1 }
                return String(decoding: received[start..<end], as: UTF8.self)
            }
            scanned = received.count - start
            if try readOnce() == 0 {
                guard received.isEmpty else { throw Mismatch("the server cut a line: \(unread)") }
                return nil
            }
        }
    }

    /// Expects exactly these lines next.
    public func expect(_ lines: String...) throws {
        for expected in lines {
            let line = try line()
            guard line == expected else {
                throw Mismatch("expected \(expected)\n     got \(line ?? "the end of the connection")")
            }
        }
    }

    /// Sends a line and expects exactly one line.
    public func ask(_ line: String, _ answer: String) throws {
        try send(line)
        try expect(answer)
    }

    /// Expects that the server closes, without another byte.
    public func expectEnd() throws {
        if let line = try line() { throw Mismatch("expected the end of the connection, got \(line)") }
    }

    /// Everything until the server closes.
    public func rest() throws -> String {
        while try readOnce() > 0 {}
        defer { start = received.count }
        return unread
    }
}
