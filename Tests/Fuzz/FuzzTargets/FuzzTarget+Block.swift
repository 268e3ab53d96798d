import Bitcoin

extension FuzzTarget {
    static func checkBlock(_ bytes: [UInt8]) throws(PropertyViolation) {
        let block: Block
        do {
            block = try Block(decoding: bytes)
        } catch {
            try requireOffset(error, within: bytes)
            return
        }
        try PropertyViolation.unless(block.encoded() == bytes, "a block is written differently")
        try PropertyViolation.unless(block.header.encoded().elementsEqual(bytes.prefix(80)), "header")
        _ = block.header.meetsOwnTarget
        let txids = block.transactions.map(\.txid)
        if let coinbase = txids.first {
            let branch = MerkleBranch(transactionsAfterCoinbase: Array(txids.dropFirst()))
            try PropertyViolation.unless(
                branch.proves(coinbase: coinbase, inBlockWithRoot: block.merkleTree.root), "branch and tree disagree")
        }
        try checkTarget(block.header.bits)
        try checkTemplate(block)
    }

    private static func checkTarget(_ bits: CompactTarget) throws(PropertyViolation) {
        guard let target = try? bits.target() else {
            return
        }
        let again = try? CompactTarget(target).target()
        try PropertyViolation.unless(again == target, "compact target \(bits.rawValue)")
        try PropertyViolation.unless(target.isMet(by: target.value.hash), "a target meets itself")
        let difficulty = target.difficulty
        let whole = difficulty.decimal(fractionDigits: 3).prefix { $0 != "." }
        try PropertyViolation.unless(whole == difficulty.floor.description, "difficulty \(bits.rawValue)")
        try PropertyViolation.unless(target.work > .zero, "work \(bits.rawValue)")
    }

    /// A template of the block's own transactions gives the block back.
    private static func checkTemplate(_ block: Block) throws(PropertyViolation) {
        guard let coinbase = block.transactions.first, !block.merkleTree.isAmbiguous else {
            return
        }
        var transactions: [TemplateTransaction] = []
        for transaction in block.transactions.dropFirst() {
            guard let parsed = try? TemplateTransaction(raw: transaction.encoded(), fee: nil) else {
                throw PropertyViolation(description: "a transaction of a block is no template transaction")
            }
            transactions.append(parsed)
        }
        guard
            let template = try? BlockTemplate(
                header: block.header, height: 1, minimumTime: 0, coinbaseValue: .zero, transactions: transactions,
                defaultWitnessCommitment: WitnessCommitment(witnessRoot: block.witnessRoot).script)
        else {
            throw PropertyViolation(description: "a block's transactions are no template")
        }
        var expected = block
        expected.header = template.header(
            coinbase: coinbase.txid, version: block.header.version, time: block.header.time, nonce: block.header.nonce)
        try PropertyViolation.unless(
            template.encodedBlock(header: expected.header, coinbase: coinbase) == expected.encoded(), "template")
        try PropertyViolation.unless(expected.header.merkleRoot == block.merkleTree.root, "template's merkle root")
    }
}
