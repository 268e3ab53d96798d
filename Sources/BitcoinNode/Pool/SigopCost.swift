internal import Bitcoin

/// The cost of the signature operations of a transaction as consensus counts it (BIP16, BIP141).
enum SigopCost {
    /// What a block may cost.
    static let blockLimit = 80_000

    /// What a transaction of the pool may cost.
    static let transactionLimit = blockLimit / 5

    /// The cost of a transaction with what its inputs spend, in their order.
    static func cost(of transaction: Transaction, spending spent: [TransactionOutput]) -> Int {
        let legacy =
            transaction.inputs.reduce(0) { $0 + count($1.scriptSig, isAccurate: false) }
            + transaction.outputs.reduce(0) { $0 + count($1.script, isAccurate: false) }
        return zip(transaction.inputs, spent).reduce(4 * legacy) { sum, pair in
            sum + cost(of: pair.0, spending: pair.1.script)
        }
    }

    /// The cost of the scripts that an input reveals.
    private static func cost(of input: TransactionInput, spending script: Script) -> Int {
        guard isPayToScriptHash(script) else {
            return witnessCost(script, input.witness)
        }
        guard let redeem = lastPush(of: input.scriptSig) else {
            return 0
        }
        return 4 * count(redeem, isAccurate: true) + witnessCost(redeem, input.witness)
    }

    private static func witnessCost(_ script: Script, _ witness: Witness) -> Int {
        guard let program = WitnessProgram(script), program.version == 0 else {
            return 0
        }
        if program.program.count == 20 {
            return 1
        }
        return witness.last.map { count(Script(Array($0)), isAccurate: true) } ?? 0
    }

    /// Signature operations up to the end or to the first instruction that cannot be read.
    private static func count(_ script: Script, isAccurate: Bool) -> Int {
        var reader = ScriptReader(script)
        var count = 0
        var before: UInt8 = 0xff
        while let instruction = (try? reader.next()) ?? nil {
            let opcode = instruction.opcode.rawValue
            switch opcode {
            case 0xac, 0xad: count += 1
            case 0xae, 0xaf:
                let isSmallNumber = (Opcode.one.rawValue...Opcode.sixteen.rawValue).contains(before)
                count += isAccurate && isSmallNumber ? Int(before - 0x50) : 20
            default: break
            }
            before = opcode
        }
        return count
    }

    private static func isPayToScriptHash(_ script: Script) -> Bool {
        let bytes = script.bytes
        return bytes.count == 23 && bytes[0] == 0xa9 && bytes[1] == 20 && bytes[22] == 0x87
    }

    /// The item that a script of pushes leaves on top; nil for other scripts.
    private static func lastPush(of script: Script) -> Script? {
        guard let instructions = try? script.instructions(), instructions.allSatisfy({ $0.opcode.rawValue <= 0x60 })
        else {
            return nil
        }
        return instructions.last?.pushedItem.map { Script($0) }
    }
}
