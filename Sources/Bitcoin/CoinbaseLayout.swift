/// The coinbase of one job, with room for its owner and extranonce.
///
/// The scriptSig is push(height) || push(owner, 32) || push(extranonce, 12) || push(tag); an empty tag pushes nothing.
/// The outputs are the custody output with the whole value and, where the template has one, the witness commitment.
/// Serialised without witness, a coinbase is `prefix`, the owner, `extranoncePush`, the extranonce, `suffix`. The
/// scriptSig takes 73 bytes at most, so it always keeps consensus' bounds of 2 and 100.
public struct CoinbaseLayout: Hashable, Sendable {
    /// What stands before the owner's first byte.
    public let prefix: [UInt8]

    /// The opcode between owner and extranonce: a push of 12 bytes.
    public static let extranoncePush: UInt8 = 0x0c

    /// What follows the extranonce's last byte.
    public let suffix: [UInt8]

    /// The longest tag in bytes.
    public static let maximumTagSize = 20

    /// The serialised size without witness in bytes that a coinbase must stay below.
    public static let sizeLimit = 500

    /// The size of the owner commitment in bytes.
    static let ownerSize = 32

    private let scriptSigPrefix: Script
    private let tag: [UInt8]
    private let outputs: [TransactionOutput]

    /// The coinbase of a block at `height`.
    ///
    /// - Parameters:
    ///   - tag: bytes that name the pool, at most 20.
    ///   - custodyScript: the script of the output that takes everything.
    ///   - value: the block's subsidy and fees.
    ///   - witnessCommitment: the commitment to the block's witnesses; nil where the template has none.
    public init(
        height: UInt32, tag: [UInt8], custodyScript: Script, value: Amount, witnessCommitment: WitnessCommitment?
    ) throws(CoinbaseLayoutError) {
        guard tag.count <= Self.maximumTagSize else {
            throw .tagTooLong(tag.count)
        }
        scriptSigPrefix = BlockHeight.push(height)
        self.tag = tag
        var outputs = [TransactionOutput(amount: value, script: custodyScript)]
        if let witnessCommitment {
            outputs.append(TransactionOutput(amount: .zero, script: witnessCommitment.script))
        }
        self.outputs = outputs

        let scriptSig = Self.scriptSig(
            scriptSigPrefix, owner: .zero, extranonce: [UInt8](repeating: 0, count: Self.extranonceSize), tag: tag)
        let template = Self.transaction(scriptSig: scriptSig, outputs: outputs).encoded(includingWitness: false)
        guard template.count < Self.sizeLimit else {
            throw .tooLarge(template.count)
        }
        // Version, input count, outpoint and the scriptSig's one-byte length; then height and the owner's push.
        let ownerOffset = 4 + 1 + 36 + 1 + scriptSigPrefix.bytes.count + 1
        prefix = Array(template[..<ownerOffset])
        suffix = Array(template[(ownerOffset + Self.ownerSize + 1 + Self.extranonceSize)...])
    }

    /// The serialisation without witness, whose double SHA-256 is the coinbase's id.
    public func encoded(owner: Hash256, extranonce: Extranonce) -> [UInt8] {
        prefix + owner.bytes + [Self.extranoncePush] + extranonce.bytes + suffix
    }

    /// The whole transaction, with the witness reserved value where there is a witness commitment.
    public func transaction(owner: Hash256, extranonce: Extranonce) -> Transaction {
        let scriptSig = Self.scriptSig(scriptSigPrefix, owner: owner, extranonce: extranonce.bytes, tag: tag)
        var transaction = Self.transaction(scriptSig: scriptSig, outputs: outputs)
        if outputs.count > 1 {
            transaction.inputs[0].witness = [WitnessCommitment.reservedValue]
        }
        return transaction
    }

    private static let extranonceSize = Extranonce.extranonce1Size + Extranonce.extranonce2Size

    private static func scriptSig(_ start: Script, owner: Hash256, extranonce: [UInt8], tag: [UInt8]) -> Script {
        let script = start.pushingVerbatim(owner.bytes).pushingVerbatim(extranonce)
        return tag.isEmpty ? script : script.pushingVerbatim(tag)
    }

    private static func transaction(scriptSig: Script, outputs: [TransactionOutput]) -> Transaction {
        Transaction(inputs: [TransactionInput(outPoint: .null, scriptSig: scriptSig)], outputs: outputs)
    }
}

/// Why a job's coinbase cannot be laid out.
public enum CoinbaseLayoutError: Error, Hashable, Sendable {
    /// The tag has this many bytes, more than 20.
    case tagTooLong(Int)
    /// The coinbase would have this many bytes without witness, not fewer than 500.
    case tooLarge(Int)
}
