/// Where the parts of a serialised transaction stand, found without building it: what ids and weight need.
///
/// Takes exactly what `Transaction.init(decoding:)` takes.
struct TransactionOutline {
    /// Inputs and outputs with their counts.
    private let body: Range<Int>
    /// Whether the serialisation is BIP144's.
    let hasWitness: Bool
    private let raw: [UInt8]

    init(_ raw: [UInt8]) throws(ParseError) {
        self.raw = raw
        var reader = ByteReader(raw)
        try reader.skip(4)
        var start = reader.offset
        var inputs = try Self.skipInputs(&reader)
        var isMarked = false
        if inputs == 0 {
            let flagOffset = reader.offset
            let flag = try reader.readUInt8()
            if flag != 0 {
                guard flag == 1 else {
                    throw ParseError(.unknownTransactionFlag(flag), offset: flagOffset)
                }
                isMarked = true
                start = reader.offset
                inputs = try Self.skipInputs(&reader)
                try Self.skipOutputs(&reader)
            }
            body = start..<reader.offset
            if isMarked {
                guard try Self.skipWitnesses(&reader, inputs) else {
                    throw ParseError(.superfluousWitness, offset: flagOffset)
                }
            }
        } else {
            try Self.skipOutputs(&reader)
            body = start..<reader.offset
        }
        hasWitness = isMarked
        try reader.skip(4)
        try reader.finish()
    }

    private static func skipInputs(_ reader: inout ByteReader) throws(ParseError) -> Int {
        let count = try reader.readCount(minimumSize: TransactionInput.minimumSize)
        for _ in 0..<count {
            try reader.skip(36)
            try reader.skipLengthPrefixedBytes()
            try reader.skip(4)
        }
        return count
    }

    private static func skipOutputs(_ reader: inout ByteReader) throws(ParseError) {
        for _ in 0..<(try reader.readCount(minimumSize: TransactionOutput.minimumSize)) {
            try reader.skip(8)
            try reader.skipLengthPrefixedBytes()
        }
    }

    /// Passes all witnesses; whether one is not empty.
    private static func skipWitnesses(_ reader: inout ByteReader, _ inputs: Int) throws(ParseError) -> Bool {
        var hasItems = false
        for _ in 0..<inputs {
            let items = try reader.readCount(minimumSize: 1)
            hasItems = hasItems || items > 0
            for _ in 0..<items { try reader.skipLengthPrefixedBytes() }
        }
        return hasItems
    }

    /// The weight (BIP141).
    var weight: Int { 3 * (8 + body.count) + raw.count }

    /// The id: what the serialisation without witnesses hashes to.
    var txid: Hash256 {
        guard hasWitness else {
            return SHA256.doubleHash(raw)
        }
        var stripped: [UInt8] = []
        stripped.reserveCapacity(8 + body.count)
        stripped += raw[..<4]
        stripped += raw[body]
        stripped += raw[(raw.count - 4)...]
        return SHA256.doubleHash(stripped)
    }
}
