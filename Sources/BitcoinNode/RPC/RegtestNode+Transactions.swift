internal import Bitcoin

extension RegtestNode {
    /// The calls about transactions; nil for other methods.
    func callTransactions(_ method: String, _ parameters: RPCParameters) throws(RPCError) -> JSONValue? {
        switch method {
        case "getrawtransaction": try rawTransaction(parameters)
        case "getmempoolinfo": poolInfo()
        case "getrawmempool": try rawPool(parameters)
        case "sendrawtransaction": try sendRawTransaction(parameters)
        case "testmempoolaccept": try testAccept(parameters)
        case "gettxout": try transactionOutput(parameters)
        case "estimatesmartfee": try estimateFee(parameters)
        default: nil
        }
    }

    // MARK: The pool

    private func poolInfo() -> JSONValue {
        let entries = chain.pool.inOrder
        let fees = entries.reduce(Int64(0)) { $0 + $1.fee.satoshis }
        return .members([
            "loaded": .bool(true),
            "size": .integer(entries.count),
            "bytes": .integer(entries.reduce(0) { $0 + $1.virtualSize }),
            "usage": .integer(chain.pool.totalSize),
            "total_fee": .bitcoins(fees),
            "maxmempool": .integer(TransactionPool.capacity),
            "mempoolminfee": .bitcoins(0),
            "minrelaytxfee": .bitcoins(0),
            "incrementalrelayfee": .bitcoins(0),
            "unbroadcastcount": .integer(0),
            "fullrbf": .bool(false),
        ])
    }

    private func rawPool(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        let entries = chain.pool.inOrder
        guard try parameters.flag(0, "verbose", absent: false) else {
            return .array(entries.map { .string($0.txid.displayHex) })
        }
        return .object(
            entries.map { entry in
                JSONValue.Member(
                    entry.txid.displayHex,
                    .members([
                        "vsize": .integer(entry.virtualSize),
                        "weight": .integer(entry.weight),
                        "time": .integer(entry.time),
                        "wtxid": .string(entry.wtxid.displayHex),
                        "fees": .members(["base": .bitcoins(entry.fee.satoshis)]),
                        "depends": .array(entry.parents.map(\.displayHex).sorted().map { .string($0) }),
                        "bip125-replaceable": .bool(false),
                    ]))
            })
    }

    private func sendRawTransaction(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        try parameters.expect(1...3, usage: "sendrawtransaction \"hexstring\" ( maxfeerate maxburnamount )")
        guard let raw = try? Hex.decode(parameters.text(0, "hexstring")),
            let transaction = try? Transaction(decoding: raw)
        else {
            throw .deserialization("TX decode failed. Make sure the tx has at least one input.")
        }
        let limits = try SpendingLimits(parameters)
        guard limits.allowBurning(of: transaction) else {
            throw .verify("Unspendable output exceeds maximum configured by user (maxburnamount)")
        }
        guard chain.pool[transaction.txid] == nil else {
            return .string(transaction.txid.displayHex)
        }
        do throws(PoolRejection) {
            let entry = try chain.examine(raw, at: now)
            guard limits.allowFee(of: entry) else {
                throw PoolRejection(SpendingLimits.feeTooHigh)
            }
            try chain.accept(raw, at: now)
            return .string(entry.txid.displayHex)
        } catch {
            if error.isMissingInputs || error.reason == SpendingLimits.feeTooHigh { throw .verify(error.text) }
            throw error.reason == "txn-already-known" ? .alreadyInChain : .rejected(error.text)
        }
    }

    private func testAccept(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        guard let raws = parameters[0]?.elements, (1...25).contains(raws.count) else {
            throw .invalidParameter("Array must contain between 1 and 25 transactions.")
        }
        let limits = try SpendingLimits(parameters)
        var bytes: [[UInt8]] = []
        for raw in raws {
            guard let text = raw.text, let decoded = try? Hex.decode(text), (try? Transaction(decoding: decoded)) != nil
            else {
                throw .deserialization("TX decode failed: \(raw.encoded) Make sure the tx has at least one input.")
            }
            bytes.append(decoded)
        }
        let verdicts = chain.examineInTurn(bytes, at: now)
        return .array(
            zip(bytes, verdicts).compactMap { raw, verdict in
                guard let transaction = try? Transaction(decoding: raw) else {
                    return nil
                }
                return Self.answer(for: transaction, verdict, limits)
            })
    }

    private static func answer(
        for transaction: Transaction, _ verdict: Result<TransactionPool.Entry, PoolRejection>, _ limits: SpendingLimits
    ) -> JSONValue {
        let ids: [JSONValue.Member] = [
            JSONValue.Member("txid", .string(transaction.txid.displayHex)),
            JSONValue.Member("wtxid", .string(transaction.wtxid.displayHex)),
        ]
        let rest: JSONValue
        switch verdict {
        case .success(let entry) where limits.allowFee(of: entry):
            rest = .members([
                "allowed": .bool(true), "vsize": .integer(entry.virtualSize),
                "fees": .members(["base": .bitcoins(entry.fee.satoshis)]),
            ])
        case .success: rest = .members(["allowed": .bool(false), "reject-reason": .string("max-fee-exceeded")])
        case .failure(let rejection):
            let reason = rejection.isMissingInputs ? "missing-inputs" : rejection.reason
            rest = .members([
                "allowed": .bool(false), "reject-reason": .string(reason), "reject-details": .string(rejection.text),
            ])
        }
        guard case .object(let members) = rest else {
            return rest
        }
        return .object(ids + members)
    }

    // MARK: Transactions and outputs

    private func rawTransaction(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        let txid = try parameters.hash(0, "txid")
        let isVerbose: Bool
        switch parameters[1] {
        case nil: isVerbose = false
        case .bool(let flag): isVerbose = flag
        default: isVerbose = try parameters.integer(1, "verbosity") > 0
        }
        guard parameters[2] != nil else {
            guard let entry = chain.pool[txid] else {
                throw .invalidAddressOrKey(
                    "No such mempool transaction. Use -txindex or provide a block hash to enable blockchain "
                        + "transaction queries. Use gettransaction for wallet transactions.")
            }
            return isVerbose ? .object(Self.members(of: entry.transaction)) : .string(Hex.encode(entry.raw))
        }
        guard let entry = chain.index[try parameters.hash(2, "blockhash")] else {
            throw .invalidAddressOrKey("Block hash not found")
        }
        let block = chain.block(entry.hash).flatMap { try? Block(decoding: $0) }
        guard let transaction = block?.transactions.first(where: { $0.txid == txid }) else {
            throw .invalidAddressOrKey(
                "No such transaction found in the provided block. Use gettransaction for wallet transactions.")
        }
        guard isVerbose else {
            return .string(Hex.encode(transaction.encoded()))
        }
        let isActive = chain.index.isActive(entry)
        return .object(
            Self.members(of: transaction) + [
                JSONValue.Member("blockhash", .string(entry.hash.displayHex)),
                JSONValue.Member("confirmations", .integer(isActive ? chain.index.height - entry.height + 1 : 0)),
                JSONValue.Member("time", .integer(entry.header.time)),
                JSONValue.Member("blocktime", .integer(entry.header.time)),
            ])
    }

    private func transactionOutput(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        let txid = try parameters.hash(0, "txid")
        guard let index = UInt32(exactly: try parameters.integer(1, "n")) else {
            throw .invalidParameter("Invalid vout index")
        }
        let withPool = try parameters.flag(2, "include_mempool", absent: true)
        let outPoint = OutPoint(txid: txid, index: index)
        let tip = chain.index.height
        if withPool {
            guard chain.pool.spender(of: outPoint) == nil else {
                return .null
            }
            if let output = chain.pool.output(at: outPoint) {
                return answer(Coin(output: output, height: tip + 1, isCoinbase: false))
            }
        }
        return chain.coins[outPoint].map { answer($0) } ?? .null
    }

    private func answer(_ coin: Coin) -> JSONValue {
        .members([
            "bestblock": .string(chain.index.tip.displayHex),
            "confirmations": .integer(chain.index.height - coin.height + 1),
            "value": .bitcoins(coin.output.satoshis),
            "scriptPubKey": coin.output.script.json,
            "coinbase": .bool(coin.isCoinbase),
        ])
    }

    /// What bitcoind answers while it has seen too few fees, as is always so here.
    private func estimateFee(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        guard (1...1008).contains(try parameters.integer(0, "conf_target")) else {
            throw .invalidParameter("Invalid conf_target, must be between 1 and 1008")
        }
        return .members([
            "errors": .array([.string("Insufficient data or no feerate found")]), "blocks": .integer(0),
        ])
    }
}
