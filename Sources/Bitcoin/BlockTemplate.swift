/// What a node proposes as the next block (BIP22, BIP23), checked against itself.
public struct BlockTemplate: Hashable, Sendable {
    /// The header as far as the node decides it: version, parent, the node's time (`curtime`) and target. Its merkle
    /// root and nonce mean nothing.
    public let header: BlockHeader

    /// The block's height.
    public let height: UInt32

    /// The earliest time the header may have (`mintime`), in seconds since 1970.
    public let minimumTime: UInt32

    /// The subsidy and all fees.
    public let coinbaseValue: Amount

    /// The transactions after the coinbase.
    public let transactions: [TemplateTransaction]

    /// The commitment to the transactions' witnesses; nil before segregated witness was active.
    public let witnessCommitment: WitnessCommitment?

    /// The branch from the coinbase to the merkle root.
    public let merkleBranch: MerkleBranch

    /// Checks a template.
    ///
    /// - Parameters:
    ///   - header: version, parent, time and target; the merkle root and nonce do not matter.
    ///   - defaultWitnessCommitment: the output script that the node proposes for the commitment; nil where it
    ///     proposes none.
    /// - Throws: `BlockTemplateError` if the commitment is not that of the transactions, or is missing, or if the
    ///   list of transactions repeats one.
    public init(
        header: BlockHeader, height: UInt32, minimumTime: UInt32, coinbaseValue: Amount,
        transactions: [TemplateTransaction], defaultWitnessCommitment: Script?
    ) throws(BlockTemplateError) {
        let txids = transactions.map(\.txid)
        // The coinbase's id is not known yet; zero stands for it and is no transaction's id.
        guard !MerkleTree(leaves: [.zero] + txids).isAmbiguous else {
            throw .repeatedTransaction
        }
        let computed = WitnessCommitment(witnessRoot: MerkleTree(leaves: [.zero] + transactions.map(\.wtxid)).root)
        if let script = defaultWitnessCommitment {
            guard script == computed.script else {
                throw .wrongWitnessCommitment
            }
            witnessCommitment = computed
        } else {
            guard transactions.allSatisfy({ $0.txid == $0.wtxid }) else {
                throw .missingWitnessCommitment
            }
            witnessCommitment = nil
        }
        self.header = header
        self.height = height
        self.minimumTime = minimumTime
        self.coinbaseValue = coinbaseValue
        self.transactions = transactions
        merkleBranch = MerkleBranch(transactionsAfterCoinbase: txids)
    }

    /// The header of the template with a coinbase and what the miner found.
    public func header(coinbase txid: Hash256, version: UInt32, time: UInt32, nonce: UInt32) -> BlockHeader {
        BlockHeader(
            version: version, previousBlock: header.previousBlock, merkleRoot: merkleBranch.root(coinbase: txid),
            time: time, bits: header.bits, nonce: nonce)
    }

    /// The serialised block of a header, a coinbase with its witness, and the template's transactions.
    public func encodedBlock(header: BlockHeader, coinbase: Transaction) -> [UInt8] {
        var writer = ByteWriter(
            capacity: transactions.reduce(BlockHeader.size + 9 + coinbase.totalSize) { $0 + $1.raw.count })
        header.write(to: &writer)
        writer.append(compactSize: 1 + transactions.count)
        coinbase.write(to: &writer)
        for transaction in transactions {
            writer.append(transaction.raw)
        }
        return writer.bytes
    }
}

/// Why a block template is refused.
public enum BlockTemplateError: Error, Hashable, Sendable {
    /// The node's commitment is not the one the transactions give.
    case wrongWitnessCommitment
    /// Some transaction has a witness and the node proposes no commitment.
    case missingWitnessCommitment
    /// The list of transactions repeats one where the merkle root cannot show it (CVE-2012-2459).
    case repeatedTransaction
}
