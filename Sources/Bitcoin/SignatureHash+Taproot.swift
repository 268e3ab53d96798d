extension SignatureHash {
    /// The message of a taproot signature (BIP341): the tagged hash of `taprootMessage`.
    public func taproot(
        input index: Int, hashType: SignatureHashType = .taprootDefault, tapscript: TapscriptContext? = nil,
        annex: [UInt8]? = nil
    ) throws(SignatureHashError) -> Hash256 {
        TaggedHash.tapSighash.hash(
            try taprootMessage(input: index, hashType: hashType, tapscript: tapscript, annex: annex))
    }

    /// BIP341's epoch byte 0x00 and SigMsg, with BIP342's extension on the script path.
    ///
    /// - Parameters:
    ///   - tapscript: the executed leaf; nil on the key path.
    ///   - annex: the annex with its first byte 0x50; nil without one.
    public func taprootMessage(
        input index: Int, hashType: SignatureHashType, tapscript: TapscriptContext?, annex: [UInt8]?
    ) throws(SignatureHashError) -> [UInt8] {
        try requireInput(index)
        guard hashType.isValidInTaproot else {
            throw .invalidHashType(hashType.rawValue)
        }
        guard !hashType.coversOneOutput || transaction.outputs.indices.contains(index) else {
            throw .noMatchingOutput(index)
        }
        guard annex == nil || annex?.first == 0x50 else {
            throw .invalidAnnex
        }
        var writer = ByteWriter(capacity: 256)
        writer.append(0x00)
        writer.append(UInt8(truncatingIfNeeded: hashType.rawValue))
        writer.append(littleEndian: transaction.version)
        writer.append(littleEndian: transaction.lockTime)
        writeSharedHashes(hashType, to: &writer)
        let extensionFlag: UInt8 = tapscript == nil ? 0 : 1
        writer.append(2 * extensionFlag + (annex == nil ? 0 : 1))
        writeSignedInput(index, hashType, to: &writer)
        if let annex {
            writer.append(Self.hash([annex]) { $1.append(lengthPrefixed: $0) })
        }
        if hashType.coversOneOutput {
            writer.append(Self.hash([transaction.outputs[index]]) { $0.write(to: &$1) })
        }
        if let tapscript {
            writer.append(tapscript.leafHash)
            // The key version: 0 for the 32-byte keys of BIP342.
            writer.append(0x00)
            writer.append(littleEndian: tapscript.codeSeparatorPosition)
        }
        return writer.bytes
    }

    private func writeSharedHashes(_ hashType: SignatureHashType, to writer: inout ByteWriter) {
        if !hashType.coversOneInput {
            writer.append(outPointsHash)
            writer.append(amountsHash)
            writer.append(scriptsHash)
            writer.append(sequencesHash)
        }
        if !hashType.coversNoOutput, !hashType.coversOneOutput {
            writer.append(outputsHash)
        }
    }

    private func writeSignedInput(_ index: Int, _ hashType: SignatureHashType, to writer: inout ByteWriter) {
        guard hashType.coversOneInput else {
            writer.append(littleEndian: UInt32(truncatingIfNeeded: index))
            return
        }
        transaction.inputs[index].outPoint.write(to: &writer)
        spentOutputs[index].write(to: &writer)
        writer.append(littleEndian: transaction.inputs[index].sequence)
    }
}
