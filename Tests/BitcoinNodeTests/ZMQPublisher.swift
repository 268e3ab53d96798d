import CZMQ
import Foundation
import Testing

/// A real libzmq PUB socket on a free port of loopback, as bitcoind has one.
final class ZMQPublisher {
    let endpoint: String
    private let context: UnsafeMutableRawPointer
    private let socket: UnsafeMutableRawPointer

    /// - Parameter endpoint: where to listen; by default a free port.
    init(endpoint: String = "tcp://127.0.0.1:*") throws {
        context = try #require(zmq_ctx_new())
        socket = try #require(zmq_socket(context, ZMQ_PUB))
        var linger: Int32 = 0
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
        try #require(zmq_bind(socket, endpoint) == 0)
        var name = [CChar](repeating: 0, count: 256)
        var size = name.count
        try #require(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, &name, &size) == 0)
        self.endpoint = String(decoding: name.prefix(size - 1).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Sends one message of several parts.
    func publish(_ parts: [[UInt8]]) {
        for (index, part) in parts.enumerated() {
            zmq_send(socket, part, part.count, index + 1 < parts.count ? ZMQ_SNDMORE : 0)
        }
    }

    /// Sends what bitcoind sends for a new tip.
    func publish(hash: [UInt8], sequence: UInt8 = 0) {
        publish([Array("hashblock".utf8), hash, [sequence, 0, 0, 0]])
    }

    deinit {
        zmq_close(socket)
        zmq_ctx_term(context)
    }
}
