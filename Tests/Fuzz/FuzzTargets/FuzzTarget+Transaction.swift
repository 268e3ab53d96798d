import Bitcoin

extension FuzzTarget {
    static func checkTransaction(_ bytes: [UInt8]) throws(PropertyViolation) {
        do {
            let transaction = try Transaction(decoding: bytes)
            try check(transaction, is: bytes)
        } catch let error as ParseError {
            try requireOffset(error, within: bytes)
        } catch let violation as PropertyViolation {
            throw violation
        } catch {
            throw PropertyViolation(description: "\(error)")
        }
        if let transaction = try? Transaction(decodingLegacy: bytes) {
            try check(transaction, is: bytes)
        }
    }

    private static func check(_ transaction: Transaction, is bytes: [UInt8]) throws(PropertyViolation) {
        try PropertyViolation.unless(transaction.encoded() == bytes, "a transaction is written differently")
        try PropertyViolation.unless(transaction.totalSize == bytes.count, "total size")
        let stripped = transaction.encoded(includingWitness: false)
        try PropertyViolation.unless(transaction.strippedSize == stripped.count, "stripped size")
        let hasWitness = stripped != bytes
        try PropertyViolation.unless((transaction.txid != transaction.wtxid) == hasWitness, "ids and witness")
        try checkSignatureHashes(transaction)
    }

    /// Signature hashes take any transaction that parses.
    private static func checkSignatureHashes(_ transaction: Transaction) throws(PropertyViolation) {
        guard let first = transaction.inputs.first else {
            return
        }
        let spent = transaction.inputs.map { TransactionOutput(satoshis: -1, script: $0.scriptSig) }
        for rawValue: UInt32 in [0, 1, 2, 3, 0x81, 0x82, 0x83, .max] {
            let hashType = SignatureHashType(rawValue: rawValue)
            do {
                _ = try SignatureHash.legacy(
                    transaction, input: 0, scriptCode: first.scriptSig, hashType: hashType)
                let hasher = try SignatureHash(transaction: transaction, spentOutputs: spent)
                _ = try hasher.segwitV0(input: 0, scriptCode: first.scriptSig, hashType: hashType)
                _ = try hasher.taproot(input: 0, hashType: hashType)
            } catch {
                let isExpected =
                    error == .invalidHashType(.max) || (error == .noMatchingOutput(0) && transaction.outputs.isEmpty)
                try PropertyViolation.unless(isExpected, "\(error) for hash type \(rawValue)")
            }
        }
    }
}
