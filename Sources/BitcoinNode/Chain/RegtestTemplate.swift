internal import Bitcoin

/// What the embedded node proposes as the next block.
struct RegtestTemplate {
    let previousBlock: Hash256
    let height: Int
    /// Seconds since 1970: the earliest time that consensus allows, and now or that.
    let minimumTime: UInt32
    let currentTime: UInt32
    let entries: [TransactionPool.Entry]
    let coinbaseValue: Amount
    let witnessCommitment: WitnessCommitment

    /// The version that signals nothing (BIP9).
    static let version: UInt32 = 0x2000_0000

    /// Regtest's target, which never changes.
    static let bits = CompactTarget(rawValue: 0x207f_ffff)

    /// What a block may weigh, and what is kept for header and coinbase, as bitcoind does.
    static let weightLimit = 4_000_000
    private static let reservedWeight = 8_000
    private static let reservedSigops = 400

    /// The next block on the tip, full of what the pool has.
    init(index: ChainIndex, pool: TransactionPool, now: UInt32) {
        previousBlock = index.tip
        height = index.height + 1
        minimumTime = index.medianTimePast(atHeight: index.height) + 1
        currentTime = max(now, minimumTime)
        entries = pool.selection(
            weight: Self.weightLimit - Self.reservedWeight, sigopCost: SigopCost.blockLimit - Self.reservedSigops)
        let subsidy = Amount.subsidy(height: UInt32(clamping: height), network: .regtest)
        // The pool's inputs are real, so their sum with the subsidy stays below all coins there are.
        coinbaseValue = entries.reduce(subsidy) { $0.adding($1.fee) ?? $0 }
        let leaves = [.zero] + entries.map(\.wtxid)
        witnessCommitment = WitnessCommitment(witnessRoot: MerkleTree(leaves: leaves).root)
    }

    /// The block with a coinbase that pays a script, its nonce found.
    ///
    /// - Parameter tag: bytes in the coinbase that make it unlike others of the same height.
    func mined(payingTo script: Script, tag: [UInt8]) -> Block {
        let coinbase = Transaction(
            inputs: [
                TransactionInput(
                    outPoint: .null, scriptSig: BlockHeight.push(UInt32(truncatingIfNeeded: height)).pushing(tag),
                    witness: [WitnessCommitment.reservedValue])
            ],
            outputs: [
                TransactionOutput(amount: coinbaseValue, script: script),
                TransactionOutput(amount: .zero, script: witnessCommitment.script),
            ])
        let transactions = [coinbase] + entries.map(\.transaction)
        var header = BlockHeader(
            version: Self.version, previousBlock: previousBlock,
            merkleRoot: MerkleTree(leaves: transactions.map(\.txid)).root, time: currentTime, bits: Self.bits, nonce: 0)
        while !header.meetsOwnTarget {
            header.nonce &+= 1
        }
        return Block(header: header, transactions: transactions)
    }
}
