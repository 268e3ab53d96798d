extension SignatureHash {
    /// The message of a signature for a version 0 witness program (BIP143).
    ///
    /// - Parameter scriptCode: for P2WPKH the P2PKH script of the program; for P2WSH the witness script from after
    ///   the last executed OP_CODESEPARATOR on.
    public func segwitV0(
        input index: Int, scriptCode: Script, hashType: SignatureHashType
    ) throws(SignatureHashError) -> Hash256 {
        try requireInput(index)
        let input = transaction.inputs[index]
        let coversAllOutputs = !hashType.coversNoOutput && !hashType.coversOneOutput
        var writer = ByteWriter(capacity: 200 + scriptCode.bytes.count)
        writer.append(littleEndian: transaction.version)
        writer.append(hashType.coversOneInput ? .zero : SHA256.hash(outPointsHash.bytes))
        writer.append(hashType.coversOneInput || !coversAllOutputs ? .zero : SHA256.hash(sequencesHash.bytes))
        input.outPoint.write(to: &writer)
        writer.append(lengthPrefixed: scriptCode.bytes)
        writer.append(littleEndian: spentOutputs[index].satoshis)
        writer.append(littleEndian: input.sequence)
        writer.append(segwitV0OutputsHash(input: index, coversAll: coversAllOutputs, hashType))
        writer.append(littleEndian: transaction.lockTime)
        writer.append(littleEndian: hashType.rawValue)
        return SHA256.doubleHash(writer.bytes)
    }

    private func segwitV0OutputsHash(input index: Int, coversAll: Bool, _ hashType: SignatureHashType) -> Hash256 {
        if coversAll {
            return SHA256.hash(outputsHash.bytes)
        }
        guard hashType.coversOneOutput, transaction.outputs.indices.contains(index) else {
            return .zero
        }
        var writer = ByteWriter()
        transaction.outputs[index].write(to: &writer)
        return SHA256.doubleHash(writer.bytes)
    }
}
