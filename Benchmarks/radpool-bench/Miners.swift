import ArgumentParser
import Bitcoin
import CLoad
import Curve

/// The load generator's miners, each with a payout key of its own.
final class Miners {
    private let raw: OpaquePointer

    /// Makes miners that are not connected yet.
    init(_ users: UsersSlice, port: UInt16) throws {
        var raw: OpaquePointer?
        let status = users.text.withCString { text in
            var params = rp_miners_params(port: port, count: UInt32(users.count), users: text)
            return rp_miners_create(&raw, &params)
        }
        guard status == RP_LOAD_OK, let raw else { throw LoadFailure(status, nil) }
        self.raw = raw
    }

    deinit {
        rp_miners_destroy(raw)
    }

    /// All handshakes, at most so many unfinished ones at a time. Fewer than the listen queue holds, because a SYN that
    /// finds it full is repeated after a second.
    func connect(atATime: UInt32 = 2_048) throws -> rp_handshake_result {
        var result = rp_handshake_result()
        try check(rp_miners_connect(raw, atATime, &result))
        return result
    }

    func prepare(_ each: Int) throws {
        try check(rp_miners_prepare(raw, UInt32(each)))
    }

    func run(
        window: UInt32 = 0, rate: UInt64 = 0, milliseconds: Int, isFresh: Bool = false
    ) throws -> rp_mining_result {
        var params = rp_mining_params(
            window: window, rate: rate, milliseconds: UInt64(milliseconds), settle: 10_000, fresh: isFresh)
        var result = rp_mining_result()
        try check(rp_miners_run(raw, &params, &result))
        return result
    }

    func idle(milliseconds: Int) throws {
        try check(rp_miners_idle(raw, UInt64(milliseconds)))
    }

    func awaitBlock(milliseconds: Int) throws -> rp_block_result {
        var result = rp_block_result()
        try check(rp_miners_await_block(raw, UInt64(milliseconds), &result))
        return result
    }

    /// The first line that was not as it should be.
    var complaint: String { String(cString: rp_miners_complaint(raw)) }

    private func check(_ status: rp_load_status) throws {
        guard status == RP_LOAD_OK else { throw LoadFailure(status, complaint) }
    }
}

/// Why a load could not be brought to bear.
struct LoadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ status: rp_load_status, _ complaint: String?) {
        let line = complaint.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
        description = String(cString: rp_load_text(status)) + line
    }
}

extension rp_mining_result {
    /// Shares that were not answered `true`, and answers that should not be.
    var faults: UInt64 { refused + lost + doubled + mismatched }
}

/// Payout keys that exist, in hexadecimal, one behind the other.
struct UsersSlice {
    let text: String
    var count: Int { text.utf8.count / RP_MINERS_USER_LENGTH }
}

/// Payout keys by number: hashes that are points of the curve.
struct Users {
    private var keys: [String] = []
    private var candidate: UInt32 = 0

    /// Keys number `range`.
    mutating func slice(_ range: Range<Int>) -> UsersSlice {
        while keys.count < range.upperBound {
            let bytes = SHA256.hash(withUnsafeBytes(of: candidate) { Array($0) }).bytes
            if let key = try? XOnlyKeyBytes(bytes), XOnlyPublicKey(key) != nil {
                keys.append(Hex.encode(bytes))
            }
            candidate += 1
        }
        return UsersSlice(text: keys[range].joined())
    }
}
