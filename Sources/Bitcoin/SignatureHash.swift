/// The messages that a transaction's signatures sign.
///
/// Holds the hashes that all inputs share, so that signing n inputs takes time in proportion to n.
public struct SignatureHash: Sendable {
    /// The transaction that is signed; its scriptSigs and witnesses do not matter.
    public let transaction: Transaction

    /// The outputs that its inputs spend, in the inputs' order.
    public let spentOutputs: [TransactionOutput]

    // Single SHA-256 of BIP341; BIP143's are SHA-256 of these.
    let outPointsHash: Hash256
    let amountsHash: Hash256
    let scriptsHash: Hash256
    let sequencesHash: Hash256
    let outputsHash: Hash256

    /// Prepares to sign a transaction.
    ///
    /// - Parameter spentOutputs: the outputs that the inputs spend, as many as there are inputs.
    /// - Throws: `SignatureHashError.wrongSpentOutputCount` for any other number.
    public init(transaction: Transaction, spentOutputs: [TransactionOutput]) throws(SignatureHashError) {
        guard spentOutputs.count == transaction.inputs.count else {
            throw .wrongSpentOutputCount(expected: transaction.inputs.count, found: spentOutputs.count)
        }
        self.transaction = transaction
        self.spentOutputs = spentOutputs
        outPointsHash = Self.hash(transaction.inputs) { $0.outPoint.write(to: &$1) }
        amountsHash = Self.hash(spentOutputs) { $1.append(littleEndian: $0.satoshis) }
        scriptsHash = Self.hash(spentOutputs) { $1.append(lengthPrefixed: $0.script.bytes) }
        sequencesHash = Self.hash(transaction.inputs) { $1.append(littleEndian: $0.sequence) }
        outputsHash = Self.hash(transaction.outputs) { $0.write(to: &$1) }
    }

    /// SHA-256 of the items' serialisations, one after the other.
    static func hash<Item>(_ items: [Item], write: (Item, inout ByteWriter) -> Void) -> Hash256 {
        var writer = ByteWriter()
        for item in items {
            write(item, &writer)
        }
        return SHA256.hash(writer.bytes)
    }

    func requireInput(_ index: Int) throws(SignatureHashError) {
        guard transaction.inputs.indices.contains(index) else {
            throw .noSuchInput(index)
        }
    }
}

/// Why there is no message to sign.
public enum SignatureHashError: Error, Hashable, Sendable {
    /// The spent outputs are not as many as the inputs.
    case wrongSpentOutputCount(expected: Int, found: Int)
    /// The transaction has no input of this index.
    case noSuchInput(Int)
    /// BIP341 does not allow this hash type.
    case invalidHashType(UInt32)
    /// The hash type covers the output with the input's index, and there is none.
    case noMatchingOutput(Int)
    /// A taproot annex must start with 0x50.
    case invalidAnnex
}
