import Bitcoin
import Foundation

/// A job as a miner reads it from mining.notify.
public struct Job: Equatable, Sendable {
    /// 16 hex digits.
    public let id: String
    /// Hash of the block before, internal order.
    public let previous: [UInt8]
    /// The coinbase before extranonce1.
    public let coinbase1: [UInt8]
    /// The coinbase behind extranonce2.
    public let coinbase2: [UInt8]
    /// Merkle branch, internal order.
    public let branch: [[UInt8]]
    /// Header version.
    public let version: UInt32
    /// nBits.
    public let bits: UInt32
    /// Seconds.
    public let ntime: UInt32
    /// Whether earlier work is to be dropped.
    public let clean: Bool

    /// The share level, the last two digits of the id.
    public var level: UInt8 {
        UInt8(id.suffix(2), radix: 16) ?? 0
    }

    /// Whether a line is a mining.notify.
    public static func isNotify(_ line: String) -> Bool {
        line.contains(#""method":"mining.notify""#)
    }

    /// Reads a line, and checks that it is written exactly as section 6 of docs/protocol/stratum.md says.
    public init(line: String) throws {
        struct Malformed: Error {}
        do {
            let root = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let params = root?["params"] as? [Any], params.count == 9,
                let texts = ([0, 1, 2, 3, 5, 6, 7].map { params[$0] }) as? [String],
                let branch = params[4] as? [String], let clean = params[8] as? Bool,
                let version = UInt32(texts[4], radix: 16), let bits = UInt32(texts[5], radix: 16),
                let ntime = UInt32(texts[6], radix: 16), texts[0].count == 16
            else { throw Malformed() }
            id = texts[0]
            previous = Self.swapped(try Hex.decode(texts[1]))
            coinbase1 = try Hex.decode(texts[2])
            coinbase2 = try Hex.decode(texts[3])
            self.branch = try branch.map { try Hex.decode($0) }
            self.version = version
            self.bits = bits
            self.ntime = ntime
            self.clean = clean
        } catch {
            throw Mismatch("not a mining.notify: \(line)")
        }
        guard line == text else { throw Mismatch("expected \(text)\n     got \(line)") }
    }

    /// The line of the job.
    public var text: String {
        let hashes = branch.map { "\"\(Hex.encode($0))\"" }.joined(separator: ",")
        return #"{"id":null,"method":"mining.notify","params":["\#(id)","\#(Hex.encode(Self.swapped(previous)))","#
            + #""\#(Hex.encode(coinbase1))","\#(Hex.encode(coinbase2))",[\#(hashes)],"#
            + #""\#(Self.hex8(version))","\#(Self.hex8(bits))","\#(Self.hex8(ntime))",\#(clean)]}"#
    }

    /// The bytes of hex digits.
    public static func bytes(_ digits: String) throws -> [UInt8] {
        try Hex.decode(digits)
    }

    /// Eight hex digits.
    public static func hex8(_ value: UInt32) -> String {
        Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) })
    }

    /// The bytes of each 4-byte word reversed.
    private static func swapped(_ bytes: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: 4).flatMap { bytes[$0..<min($0 + 4, bytes.count)].reversed() }
    }
}
