/// The 12 bytes that vary between the coinbases of one work: extranonce1 (4), fixed per connection by the MSP, then
/// extranonce2 (8), chosen by the miner.
///
/// Held inline as numbers whose most significant byte comes first in the coinbase, as stratum writes them in
/// hexadecimal.
public struct Extranonce: Hashable, Sendable {
    /// Prefix of the front end and event loop, then a counter; unique while its jobs live.
    public let extranonce1: UInt32

    /// The miner's part.
    public let extranonce2: UInt64

    /// The size of the part that is fixed per connection, in bytes.
    public static let extranonce1Size = 4

    /// The size of the part that the miner varies, in bytes.
    public static let extranonce2Size = 8

    /// Joins the MSP's part with the miner's.
    public init(_ extranonce1: UInt32, _ extranonce2: UInt64) {
        self.extranonce1 = extranonce1
        self.extranonce2 = extranonce2
    }

    /// The two parts as the coinbase has them; nil unless they are 4 and 8 bytes.
    public init?(extranonce1: [UInt8], extranonce2: [UInt8]) {
        guard extranonce1.count == Self.extranonce1Size, extranonce2.count == Self.extranonce2Size else {
            return nil
        }
        self.init(
            extranonce1.reduce(0) { $0 << 8 | UInt32($1) }, extranonce2.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The 12 bytes as the coinbase has them.
    public var bytes: [UInt8] {
        Self.bigEndian(extranonce1) + Self.bigEndian(extranonce2)
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        stride(from: Value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> Value($0)) }
    }
}
