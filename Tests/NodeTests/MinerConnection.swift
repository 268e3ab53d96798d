import Bitcoin
import Dispatch
import Foundation
import Testing

/// A miner of plain stratum over a socket. Calls block a queue of their own, never a thread of the tests.
final class MinerConnection: @unchecked Sendable {
    private let queue = DispatchQueue(label: "miner")
    private let descriptor: Int32
    /// Read and not yet given out; belongs to the queue, as does `inbox`.
    private var received: [UInt8] = []
    /// Answers and notifications that somebody else waits for.
    private var inbox: [[String: Any]] = []
    private var nextID = 1

    struct Refused: Error {}

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Refused() }
        // A safety net: no test waits for it.
        var patience = timeval(tv_sec: 900, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    /// Sends a request and returns its answer: `result` or `error`.
    func call(_ method: String, _ params: [String]) async throws -> Answer {
        try await perform { connection in
            let id = connection.nextID
            connection.nextID += 1
            let list = params.map { "\"\($0)\"" }.joined(separator: ",")
            try connection.send("{\"id\":\(id),\"method\":\"\(method)\",\"params\":[\(list)]}\n")
            let line = try connection.first { $0["id"] as? Int == id }
            return Answer(result: Text(line["result"]), error: Text(line["error"]))
        }
    }

    /// The next notification of a method: its params as JSON.
    func notification(_ method: String) async throws -> [Text] {
        try await perform { connection in
            let line = try connection.first { $0["method"] as? String == method }
            return (line["params"] as? [Any] ?? []).map { Text($0) }
        }
    }

    /// A value of JSON, comparable as text.
    struct Text: Hashable, Sendable {
        let json: String
        init(_ value: Any?) {
            let data = try? JSONSerialization.data(
                withJSONObject: value ?? NSNull(), options: [.fragmentsAllowed, .withoutEscapingSlashes])
            json = data.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        /// A string without its quotation marks.
        var string: String { String(json.dropFirst().dropLast()) }
    }

    struct Answer: Hashable, Sendable {
        let result: Text
        let error: Text
    }

    // MARK: On the queue

    private func perform<Result: Sendable>(
        _ body: @escaping @Sendable (MinerConnection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body(self) }) }
        }
    }

    private func send(_ line: String) throws {
        let bytes = Array(line.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Refused() }
    }

    private func first(_ matches: ([String: Any]) -> Bool) throws -> [String: Any] {
        if let index = inbox.firstIndex(where: matches) { return inbox.remove(at: index) }
        while true {
            let line = try readLine()
            if matches(line) { return line }
            inbox.append(line)
        }
    }

    private func readLine() throws -> [String: Any] {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(received[..<end])
                received.removeFirst(end + 1)
                return try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { throw Refused() }
            received += buffer[..<count]
        }
    }
}

/// A job as a miner sees it, and the shares that it finds.
struct MinedJob: Sendable {
    let id: String
    let previousBlock: [UInt8]
    let coinbase: (head: [UInt8], tail: [UInt8])
    let branch: [Hash256]
    let version: UInt32
    let bits: UInt32
    let time: UInt32
    let isClean: Bool

    init(_ params: [MinerConnection.Text]) throws {
        try #require(params.count == 9)
        func number(_ text: String) throws -> UInt32 { try #require(UInt32(text, radix: 16)) }
        id = params[0].string
        let swapped = try Hex.decode(params[1].string)
        previousBlock = stride(from: 0, to: 32, by: 4).flatMap { swapped[$0..<$0 + 4].reversed() }
        coinbase = (try Hex.decode(params[2].string), try Hex.decode(params[3].string))
        let list = try JSONSerialization.jsonObject(with: Data(params[4].json.utf8)) as? [String]
        branch = try #require(list).map { try Hash256(internalHex: $0) }
        version = try number(params[5].string)
        bits = try number(params[6].string)
        time = try number(params[7].string)
        isClean = params[8].json == "true"
    }

    /// The level that stands in the job id.
    var level: UInt8 { UInt8(id.suffix(2), radix: 16) ?? 0 }

    /// What mining.submit takes behind the worker's name.
    struct Share: Hashable, Sendable {
        let params: [String]
        let hash: Hash256
    }

    /// A share that meets the job's level, found from the nonce `start` on; extranonce2 is `seed`.
    func share(extranonce1: String, seed: UInt64, start: UInt32 = 0) throws -> Share {
        let extranonce2 = String(seed, radix: 16)
        let padded = String(repeating: "0", count: 16 - extranonce2.count) + extranonce2
        let bytes = coinbase.head + (try Hex.decode(extranonce1)) + (try Hex.decode(padded)) + coinbase.tail
        let root = MerkleBranch(hashes: branch).root(coinbase: SHA256.doubleHash(bytes))
        var header = BlockHeader(
            version: version, previousBlock: try Hash256(internalBytes: previousBlock), merkleRoot: root, time: time,
            bits: CompactTarget(rawValue: bits), nonce: start)
        let target = try #require(Target(shareLevel: level))
        while !target.isMet(by: header.hash) { header.nonce += 1 }
        func hex(_ value: UInt32) -> String { String(format: "%08x", value) }
        return Share(params: [id, padded, hex(time), hex(header.nonce)], hash: header.hash)
    }
}
