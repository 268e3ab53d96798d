/// One input of a transaction, with its witness.
public struct TransactionInput: Hashable, Sendable {
    /// The output that is spent.
    public var outPoint: OutPoint

    /// The script that unlocks a legacy output; empty for a native witness output.
    public var scriptSig: Script

    /// The sequence number (BIP68 and BIP125 give it meaning).
    public var sequence: UInt32

    /// The witness stack (BIP144); empty without a witness.
    public var witness: Witness

    /// An input that spends `outPoint`; final, unlocked by nothing yet.
    public init(
        outPoint: OutPoint, scriptSig: Script = Script(), sequence: UInt32 = 0xffff_ffff, witness: Witness = []
    ) {
        self.outPoint = outPoint
        self.scriptSig = scriptSig
        self.sequence = sequence
        self.witness = witness
    }

    /// The smallest serialisation in bytes: an outpoint, an empty script and a sequence.
    static let minimumSize = 41

    init(from reader: inout ByteReader) throws(ParseError) {
        outPoint = try OutPoint(from: &reader)
        scriptSig = Script(try reader.readLengthPrefixedBytes())
        sequence = try reader.readUInt32()
        witness = []
    }

    func write(to writer: inout ByteWriter) {
        outPoint.write(to: &writer)
        writer.append(lengthPrefixed: scriptSig.bytes)
        writer.append(littleEndian: sequence)
    }

    mutating func readWitness(from reader: inout ByteReader) throws(ParseError) {
        witness = try Witness(from: &reader)
    }

    func writeWitness(to writer: inout ByteWriter) {
        witness.write(to: &writer)
    }

    var serializedSize: Int {
        40 + ByteWriter.compactSizeLength(scriptSig.bytes.count) + scriptSig.bytes.count
    }

    var witnessSize: Int {
        witness.serializedSize
    }
}
