import Bitcoin
import Curve
import Testing

/// Keys of known numbers, which only tests have.
enum Keys {
    static let context: CurveContext = {
        guard let seed = try? secret([UInt8](repeating: 0x5a, count: 32)) else {
            preconditionFailure("no memory")
        }
        return CurveContext(seed: seed)
    }()

    static func secret(_ bytes: [UInt8]) throws -> SecretBytes {
        try #require(bytes.count == SecretBytes.count)
        var secret = try SecretBytes()
        secret.withMutableBytes { span in
            for index in 0..<span.byteCount {
                span.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self)
            }
        }
        return secret
    }

    static func key(_ bytes: [UInt8]) throws -> SecretKey {
        try SecretKey(try secret(bytes), context: context)
    }

    static func key(hex: String) throws -> SecretKey {
        try key(try Hex.decode(hex))
    }

    /// The order of the group.
    static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
}
