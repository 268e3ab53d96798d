internal import Bitcoin

extension JSONValue {
    /// An amount in bitcoins with eight decimals, as bitcoind writes it.
    static func bitcoins(_ satoshis: Int64) -> JSONValue {
        let (whole, rest) = satoshis.magnitude.quotientAndRemainder(dividingBy: 100_000_000)
        let digits = String(rest)
        let padding = String(repeating: "0", count: 8 - digits.count)
        return .number("\(satoshis < 0 ? "-" : "")\(whole).\(padding)\(digits)")
    }
}

extension RegtestNode {
    /// A transaction in full, as `getrawtransaction` shows it; `asm` and `desc` are left out.
    static func members(of transaction: Transaction) -> [JSONValue.Member] {
        let outputs = transaction.outputs.enumerated().map { index, output in
            JSONValue.members([
                "value": .bitcoins(output.satoshis), "n": .integer(index), "scriptPubKey": output.script.json,
            ])
        }
        return [
            JSONValue.Member("txid", .string(transaction.txid.displayHex)),
            JSONValue.Member("hash", .string(transaction.wtxid.displayHex)),
            JSONValue.Member("version", .integer(transaction.version)),
            JSONValue.Member("size", .integer(transaction.totalSize)),
            JSONValue.Member("vsize", .integer(transaction.virtualSize)),
            JSONValue.Member("weight", .integer(transaction.weight)),
            JSONValue.Member("locktime", .integer(transaction.lockTime)),
            JSONValue.Member(
                "vin", .array(transaction.inputs.map { answer($0, isCoinbase: transaction.isCoinbase) })),
            JSONValue.Member("vout", .array(outputs)),
            JSONValue.Member("hex", .string(Hex.encode(transaction.encoded()))),
        ]
    }

    private static func answer(_ input: TransactionInput, isCoinbase: Bool) -> JSONValue {
        let script = JSONValue.string(Hex.encode(input.scriptSig.bytes))
        let witness = input.witness.map { JSONValue.string(Hex.encode($0)) }
        return .members([
            "coinbase": isCoinbase ? script : nil,
            "txid": isCoinbase ? nil : .string(input.outPoint.txid.displayHex),
            "vout": isCoinbase ? nil : .integer(input.outPoint.index),
            "scriptSig": isCoinbase ? nil : .members(["hex": script]),
            "txinwitness": witness.isEmpty ? nil : .array(witness),
            "sequence": .integer(input.sequence),
        ])
    }
}

extension Script {
    /// An output script as bitcoind shows it, without `asm` and `desc`.
    var json: JSONValue {
        .members([
            "hex": .string(Hex.encode(bytes)),
            "address": Address(script: self, network: .regtest).map { .string($0.encoded) },
            "type": .string(typeName),
        ])
    }

    private var typeName: String {
        if bytes.first == Opcode.return.rawValue {
            return "nulldata"
        }
        switch Address(script: self, network: .regtest)?.destination {
        case .publicKeyHash: return "pubkeyhash"
        case .scriptHash: return "scripthash"
        case .witness(let program) where program.version == 0:
            return program.program.count == 20 ? "witness_v0_keyhash" : "witness_v0_scripthash"
        case .witness(let program) where program.version == 1 && program.program.count == 32:
            return "witness_v1_taproot"
        case .witness: return "witness_unknown"
        case nil: return "nonstandard"
        }
    }
}
