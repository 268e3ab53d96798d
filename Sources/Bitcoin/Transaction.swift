/// A bitcoin transaction.
public struct Transaction: Hashable, Sendable {
    /// The version; BIP68 applies from 2 on.
    public var version: UInt32

    /// The inputs in order.
    public var inputs: [TransactionInput]

    /// The outputs in order.
    public var outputs: [TransactionOutput]

    /// The lock time: a height below 500,000,000, else seconds since 1970.
    public var lockTime: UInt32

    /// A transaction of the given parts.
    public init(version: UInt32 = 2, inputs: [TransactionInput], outputs: [TransactionOutput], lockTime: UInt32 = 0) {
        self.version = version
        self.inputs = inputs
        self.outputs = outputs
        self.lockTime = lockTime
    }

    /// The id: double SHA-256 of the serialisation without witnesses.
    public var txid: Hash256 {
        SHA256.doubleHash(encoded(includingWitness: false))
    }

    /// The witness id (BIP141): double SHA-256 of the whole serialisation.
    public var wtxid: Hash256 {
        SHA256.doubleHash(encoded())
    }

    /// Whether some input has a witness, and so the serialisation BIP144's form.
    public var hasWitness: Bool {
        inputs.contains { !$0.witness.isEmpty }
    }

    /// Whether this is a coinbase: one input, which refers to no output.
    public var isCoinbase: Bool {
        inputs.count == 1 && inputs[0].outPoint == .null
    }

    /// The size in bytes without witnesses.
    public var strippedSize: Int {
        let inputSizes = inputs.reduce(ByteWriter.compactSizeLength(inputs.count)) { $0 + $1.serializedSize }
        let outputSizes = outputs.reduce(ByteWriter.compactSizeLength(outputs.count)) { $0 + $1.serializedSize }
        return 8 + inputSizes + outputSizes
    }

    /// The size in bytes with witnesses.
    public var totalSize: Int {
        hasWitness ? inputs.reduce(strippedSize + 2) { $0 + $1.witnessSize } : strippedSize
    }

    /// The weight (BIP141): three times the stripped size plus the total size.
    public var weight: Int {
        3 * strippedSize + totalSize
    }

    /// The virtual size in vbytes (BIP141): a quarter of the weight, rounded up.
    public var virtualSize: Int {
        (weight + 3) / 4
    }
}
