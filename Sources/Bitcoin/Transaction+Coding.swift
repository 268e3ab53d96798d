extension Transaction {
    /// The smallest serialisation in bytes: a transaction of no inputs and no outputs.
    static let minimumSize = 10

    /// Parses a whole input as one transaction, with BIP144 witnesses if it is marked so.
    ///
    /// A transaction without inputs has the byte that marks witnesses where its input count is; like Bitcoin Core,
    /// this reads it as the marker. `init(decodingLegacy:)` reads the other meaning.
    public init(decoding bytes: [UInt8]) throws(ParseError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    /// Parses a whole input as one transaction in the form before BIP144, which has no witnesses.
    public init(decodingLegacy bytes: [UInt8]) throws(ParseError) {
        var reader = ByteReader(bytes)
        version = try reader.readUInt32()
        inputs = try Self.readInputs(from: &reader)
        outputs = try Self.readOutputs(from: &reader)
        lockTime = try reader.readUInt32()
        try reader.finish()
    }

    /// Parses one transaction, with BIP144 witnesses if it is marked so, and leaves the reader behind it.
    public init(from reader: inout ByteReader) throws(ParseError) {
        version = try reader.readUInt32()
        inputs = try Self.readInputs(from: &reader)
        guard inputs.isEmpty else {
            outputs = try Self.readOutputs(from: &reader)
            lockTime = try reader.readUInt32()
            return
        }
        // An empty list of inputs is BIP144's marker; a zero flag after it is an empty list of outputs.
        let flagOffset = reader.offset
        let flag = try reader.readUInt8()
        outputs = []
        lockTime = 0
        if flag != 0 {
            guard flag == 1 else {
                throw ParseError(.unknownTransactionFlag(flag), offset: flagOffset)
            }
            inputs = try Self.readInputs(from: &reader)
            outputs = try Self.readOutputs(from: &reader)
            for index in inputs.indices {
                try inputs[index].readWitness(from: &reader)
            }
            guard hasWitness else {
                throw ParseError(.superfluousWitness, offset: flagOffset)
            }
        }
        lockTime = try reader.readUInt32()
    }

    /// The serialisation: BIP144's form if there is a witness and it is wanted, else the one before it.
    public func encoded(includingWitness: Bool = true) -> [UInt8] {
        var writer = ByteWriter(capacity: includingWitness ? totalSize : strippedSize)
        write(to: &writer, includingWitness: includingWitness)
        return writer.bytes
    }

    /// Appends the serialisation to `writer`.
    public func write(to writer: inout ByteWriter, includingWitness: Bool = true) {
        let writesWitness = includingWitness && hasWitness
        writer.append(littleEndian: version)
        if writesWitness {
            writer.append([0x00, 0x01])
        }
        writer.append(compactSize: inputs.count)
        for input in inputs {
            input.write(to: &writer)
        }
        writer.append(compactSize: outputs.count)
        for output in outputs {
            output.write(to: &writer)
        }
        if writesWitness {
            for input in inputs {
                input.writeWitness(to: &writer)
            }
        }
        writer.append(littleEndian: lockTime)
    }

    private static func readInputs(from reader: inout ByteReader) throws(ParseError) -> [TransactionInput] {
        let count = try reader.readCount(minimumSize: TransactionInput.minimumSize)
        var inputs: [TransactionInput] = []
        inputs.reserveCapacity(count)
        for _ in 0..<count {
            inputs.append(try TransactionInput(from: &reader))
        }
        return inputs
    }

    private static func readOutputs(from reader: inout ByteReader) throws(ParseError) -> [TransactionOutput] {
        let count = try reader.readCount(minimumSize: TransactionOutput.minimumSize)
        var outputs: [TransactionOutput] = []
        outputs.reserveCapacity(count)
        for _ in 0..<count {
            outputs.append(try TransactionOutput(from: &reader))
        }
        return outputs
    }
}
