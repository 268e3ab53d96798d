/// The bytes of a coinbase that the pool and the miner vary: 4 by the pool's connection, 8 by the miner.
public struct Extranonce: Hashable, Sendable {
    /// The 12 bytes as the coinbase has them: extranonce1, then extranonce2.
    public let bytes: [UInt8]

    /// The size of the part that is fixed per connection, in bytes.
    public static let extranonce1Size = 4

    /// The size of the part that the miner varies, in bytes.
    public static let extranonce2Size = 8

    /// The two parts as the coinbase has them; nil unless they are 4 and 8 bytes.
    public init?(extranonce1: [UInt8], extranonce2: [UInt8]) {
        guard extranonce1.count == Self.extranonce1Size, extranonce2.count == Self.extranonce2Size else {
            return nil
        }
        bytes = extranonce1 + extranonce2
    }
}
