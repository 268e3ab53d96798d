extension SignatureHash {
    /// The message of a signature before segregated witness, by Bitcoin Core's `SignatureHash` for `BASE`.
    ///
    /// SIGHASH_SINGLE without an output of the input's index signs the number 1, as consensus has it.
    ///
    /// - Parameters:
    ///   - scriptCode: the executed script from after the last executed OP_CODESEPARATOR on, the signature removed;
    ///     further OP_CODESEPARATORs are left out here. A push that reaches past its end is hashed as it stands.
    ///   - hashType: any number; its lowest five bits and bit 7 decide.
    public static func legacy(
        _ transaction: Transaction, input index: Int, scriptCode: Script, hashType: SignatureHashType
    ) throws(SignatureHashError) -> Hash256 {
        guard transaction.inputs.indices.contains(index) else {
            throw .noSuchInput(index)
        }
        if hashType.coversOneOutput, !transaction.outputs.indices.contains(index) {
            return UInt256(UInt8(1)).hash
        }
        var writer = ByteWriter(capacity: transaction.strippedSize + scriptCode.bytes.count + 4)
        writer.append(littleEndian: transaction.version)
        writeLegacyInputs(of: transaction, signing: index, scriptCode, hashType, to: &writer)
        writeLegacyOutputs(of: transaction, signing: index, hashType, to: &writer)
        writer.append(littleEndian: transaction.lockTime)
        writer.append(littleEndian: hashType.rawValue)
        return SHA256.doubleHash(writer.bytes)
    }

    private static func writeLegacyInputs(
        of transaction: Transaction, signing index: Int, _ scriptCode: Script, _ hashType: SignatureHashType,
        to writer: inout ByteWriter
    ) {
        let signed = hashType.coversOneInput ? index..<index + 1 : transaction.inputs.indices
        let hidesSequences = hashType.coversNoOutput || hashType.coversOneOutput
        let code = scriptCode.removingCodeSeparators
        writer.append(compactSize: signed.count)
        for position in signed {
            let input = transaction.inputs[position]
            input.outPoint.write(to: &writer)
            writer.append(lengthPrefixed: position == index ? code : [])
            writer.append(littleEndian: position == index || !hidesSequences ? input.sequence : 0)
        }
    }

    private static func writeLegacyOutputs(
        of transaction: Transaction, signing index: Int, _ hashType: SignatureHashType, to writer: inout ByteWriter
    ) {
        if hashType.coversNoOutput {
            writer.append(compactSize: 0)
        } else if hashType.coversOneOutput {
            // The outputs before it are counted and blanked.
            let blank = TransactionOutput(satoshis: -1, script: Script())
            writer.append(compactSize: index + 1)
            for _ in 0..<index {
                blank.write(to: &writer)
            }
            transaction.outputs[index].write(to: &writer)
        } else {
            writer.append(compactSize: transaction.outputs.count)
            for output in transaction.outputs {
                output.write(to: &writer)
            }
        }
    }
}

extension Script {
    /// The bytes without OP_CODESEPARATOR instructions; what cannot be read as instructions stays.
    fileprivate var removingCodeSeparators: [UInt8] {
        var reader = ScriptReader(self)
        var kept: [UInt8] = []
        var start = 0
        while let instruction = try? reader.next() {
            if instruction.opcode == .codeSeparator {
                kept += bytes[start..<instruction.offset]
                start = reader.offset
            }
        }
        return kept + bytes[start...]
    }
}
