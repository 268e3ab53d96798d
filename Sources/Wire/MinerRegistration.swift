public import Bitcoin

/// A miner of one MSP and the number by which that MSP's later records name it.
public struct MinerRegistration: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.minerRegistration

    /// Counts the MSP's miners from 0 in the order of registration; never given twice.
    public let number: UInt32

    /// The x-only key that the miner is paid to. Whether it is a point of the curve is judged at registration.
    public let key: XOnlyKeyBytes

    /// The name of the miner's account; nil for one that is known by its key only.
    public let name: RecordName?

    /// A registration.
    public init(number: UInt32, key: XOnlyKeyBytes, name: RecordName?) {
        self.number = number
        self.key = key
        self.name = name
    }

    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        number = try reader.uint32()
        key = try reader.key()
        if try reader.flag(.name) {
            guard let name = RecordName(bytes: try reader.lengthPrefixed(.name)) else {
                throw reader.error(RecordFault(.name))
            }
            self.name = name
        } else {
            name = nil
        }
        try reader.finish()
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 72)
        writer.append(littleEndian: number)
        writer.append(key.bytes)
        writer.append(name == nil ? 0 : 1)
        if let name {
            writer.append(lengthPrefixed: name.bytes)
        }
        return writer.bytes
    }
}
