import Foundation
import StratumConversations
import Synchronization

/// A small HTTP server of its own: the operator's service that is asked about new miners.
final class WebhookService: Sendable {
    /// What it does with a question.
    enum Answer: Sendable {
        /// A status line's code and reason.
        case status(String)
        /// Nothing, until `release` is called; then this status.
        case held(String)
    }

    private struct State {
        var answer: Answer
        var questions: [String] = []
        var isEnded = false
    }

    private let listener: Int32
    private let state: Mutex<State>
    private let releases = DispatchSemaphore(value: 0)
    /// Where it listens.
    let port: UInt16

    init(_ answer: Answer) throws {
        signal(SIGPIPE, SIG_IGN)
        state = Mutex(State(answer: answer))
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) | listen(listener, 64) | getsockname(listener, generic, &length)
            }
        }
        guard status == 0 else { throw Mismatch("no port for the webhook: error \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(listener)
    }

    /// Serves until `end`, in a thread of its own for each connection.
    func start() {
        Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, !state.withLock({ $0.isEnded }) else {
                    close(connection)
                    return
                }
                Thread { self.serve(connection) }.start()
            }
        }.start()
    }

    /// Refuses connections from now on.
    func end() {
        state.withLock { $0.isEnded = true }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What is answered from now on.
    func answer(_ answer: Answer) {
        state.withLock { $0.answer = answer }
    }

    /// Lets one question go that is held.
    func release() {
        releases.signal()
    }

    /// All requests so far, whole.
    var questions: [String] {
        state.withLock { $0.questions }
    }

    /// Waits until so many questions have come.
    func waitForQuestions(_ count: Int) throws {
        for _ in 0..<Connection.safetyNet {
            if questions.count >= count { return }
            usleep(1_000)
        }
        throw Mismatch("the webhook was asked \(questions.count) times, not \(count)")
    }

    // MARK: One question

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = Self.read(connection) else { return }
        let answer = state.withLock { state in
            state.questions.append(request)
            return state.answer
        }
        switch answer {
        case .status(let status): Self.write(status, to: connection)
        case .held(let status):
            releases.wait()
            Self.write(status, to: connection)
        }
    }

    private static func write(_ status: String, to connection: Int32) {
        let bytes = Array("HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
        _ = Glibc.write(connection, bytes, bytes.count)
    }

    /// A request with a body of the length that its head says; nil for the end of the connection.
    private static func read(_ connection: Int32) -> String? {
        var text = ""
        while true {
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound].lowercased()
                let field = head.components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") }
                let length = field.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = Glibc.read(connection, &buffer, buffer.count)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
