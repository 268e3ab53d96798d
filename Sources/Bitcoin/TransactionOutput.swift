/// One output of a transaction.
public struct TransactionOutput: Hashable, Sendable {
    /// The value in satoshis as the serialisation has it; consensus allows only what `amount` accepts.
    public var satoshis: Int64

    /// The script that locks the output.
    public var script: Script

    /// An output of a valid amount.
    public init(amount: Amount, script: Script) {
        satoshis = amount.satoshis
        self.script = script
    }

    /// An output of any 64-bit value, such as parsing may meet.
    public init(satoshis: Int64, script: Script) {
        self.satoshis = satoshis
        self.script = script
    }

    /// The value as money; nil outside 0 ... 21,000,000 bitcoin.
    public var amount: Amount? { Amount(satoshis: satoshis) }

    /// The smallest serialisation in bytes: a value and an empty script.
    static let minimumSize = 9

    init(from reader: inout ByteReader) throws(ParseError) {
        satoshis = Int64(bitPattern: try reader.readUInt64())
        script = Script(try reader.readLengthPrefixedBytes())
    }

    func write(to writer: inout ByteWriter) {
        writer.append(littleEndian: satoshis)
        writer.append(lengthPrefixed: script.bytes)
    }

    var serializedSize: Int {
        8 + ByteWriter.compactSizeLength(script.bytes.count) + script.bytes.count
    }
}
