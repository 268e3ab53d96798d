/// The 12 bytes that vary between the coinbases of one work: extranonce1(4), given by the MSP, then extranonce2(8),
/// chosen by the miner. Numbers hold the bytes in their order in the coinbase, first byte most significant, as stratum
/// writes them in hexadecimal.
public struct Extranonce: Hashable, Sendable {
    /// Prefix of the front end and event loop, then a counter; unique while its jobs live.
    public let extranonce1: UInt32
    /// Exactly 8 bytes, chosen by the miner.
    public let extranonce2: UInt64

    /// Joins the MSP's part with the miner's.
    public init(_ extranonce1: UInt32, _ extranonce2: UInt64) {
        self.extranonce1 = extranonce1
        self.extranonce2 = extranonce2
    }

    /// The 12 bytes as they stand in the coinbase.
    public var bytes: [UInt8] {
        Self.bigEndian(extranonce1) + Self.bigEndian(extranonce2)
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        stride(from: Value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> Value($0)) }
    }
}
