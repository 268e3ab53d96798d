import ArgumentParser
import Bitcoin
import Broadcast
import Curve
import Foundation
import Wire

/// A syndicate in one process: real keys, real shares, and for each member a log file.
struct BroadcastBed: Sendable {
    let epoch: Epoch
    let keys: [MemberKey]
    let lanes: [MinedLane]
    let folder: URL
    let isGated: Bool
    /// Shares of one vertex.
    let shares: Int

    init(members: Int, vertices: Int, shares: Int, isGated: Bool, folder: URL) throws {
        self.isGated = isGated
        self.shares = shares
        self.folder = folder
        let keys = try (0..<members).map { try MemberKey($0) }
            .sorted { $0.bytes.bytes.lexicographicallyPrecedes($1.bytes.bytes) }
        var bounds = EpochConfiguration.Bounds()
        bounds.lowestLevel = 33
        bounds.largestPayload = 1_048_576
        let start = SHA256.hash(Array("bench".utf8))
        let epoch = Epoch(
            try EpochConfiguration(
                syndicate: start, number: 0, firstCommit: 0, start: start,
                authors: keys.map { .init(key: $0.bytes, isVoter: true) }, bounds: bounds))
        self.epoch = epoch
        self.keys = keys
        lanes = try (0..<members).map { try MinedLane(epoch, author: $0, batches: vertices, of: shares) }
    }

    /// A member at its start. The rounds are as fast as the members are.
    func core(_ member: Int) -> BroadcastCore {
        var settings = BroadcastSettings()
        settings.minimumRound = 0
        let gate: any EchoGate = isGated ? ShareGate(epoch) : OpenGate()
        return BroadcastCore(
            epoch: epoch, author: member, signer: keys[member], checker: CurveChecker(), gate: gate,
            settings: settings)
    }

    /// The bytes of all share batches.
    var payload: Int { lanes.reduce(0) { $0 + $1.batches.reduce(0) { $0 + $1.count } } }
    /// How many shares there are in all.
    var shareCount: Int { lanes.reduce(0) { $0 + $1.batches.count } * shares }
}

/// A member's key, from its number.
final class MemberKey: VertexSigner {
    let bytes: XOnlyKeyBytes
    private let secret: SecretKey

    init(_ number: Int) throws {
        let context = CurveContext(seed: try Self.secret("seed \(number)"))
        secret = try SecretKey(try Self.secret("key \(number)"), context: context)
        bytes = secret.publicKey.bytes
    }

    func sign(_ message: Hash256) -> [UInt8]? {
        try? secret.sign(message.bytes, auxiliary: .zero).bytes
    }

    private static func secret(_ text: String) throws -> SecretBytes {
        var secret = try SecretBytes()
        secret.withMutableBytes { out in
            for (index, byte) in SHA256.hash(Array(text.utf8)).bytes.enumerated() {
                out.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            }
        }
        return secret
    }
}

/// Checks signatures as the product does.
struct CurveChecker: SignatureChecker {
    func isValid(_ signature: [UInt8], of message: Hash256, by key: XOnlyKeyBytes) -> Bool {
        guard let key = XOnlyPublicKey(key), let signature = try? SchnorrSignature(signature) else { return false }
        return key.isValidSignature(signature, for: message.bytes)
    }
}

/// No proof of work is checked: what is left is the broadcast itself.
struct OpenGate: EchoGate {
    func allows(_ vertex: Vertex) -> Bool { true }
    mutating func admit(_ vertex: Vertex) {}
}
