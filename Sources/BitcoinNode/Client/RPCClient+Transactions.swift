public import Bitcoin

/// A node's verdict on a transaction that it was only asked about.
public struct PoolVerdict: Hashable, Sendable {
    /// The transaction's id.
    public let txid: Hash256
    /// Why the node would not take it; nil if it would.
    public let rejection: String?
}

/// An output that nobody has spent.
public struct UnspentOutput: Hashable, Sendable {
    /// What it is worth.
    public let amount: Amount
    /// Its script.
    public let script: Script
    /// How many blocks the best chain has from its own on; 0 in the node's memory pool.
    public let confirmations: Int64
    /// Whether a coinbase made it.
    public let isCoinbase: Bool
    /// The best block at the time of the answer.
    public let bestBlock: Hash256
}

/// An estimated fee rate.
public struct FeeEstimate: Hashable, Sendable {
    /// Satoshis for 1,000 vbytes; nil while the node has seen too little.
    public let satoshisPerKilobyte: Amount?
    /// The number of blocks for which the node found the estimate.
    public let blocks: Int64
}

extension RPCClient {
    /// `sendrawtransaction`: the transaction's id.
    ///
    /// - Throws: `NodeError.refused` with bitcoind's codes, -25 to -27 for a transaction that is not taken.
    public func sendTransaction(_ raw: [UInt8]) async throws(NodeError) -> Hash256 {
        guard let txid = try await call("sendrawtransaction", HexText.list(raw)).value().hash else {
            throw .malformedAnswer("sendrawtransaction gives no id")
        }
        return txid
    }

    /// `testmempoolaccept`: whether the node would take each of 1 to 25 transactions after those before it.
    ///
    /// bitcoind before version 22 judges one at a time only.
    public func testAcceptance(_ raws: [[UInt8]]) async throws(NodeError) -> [PoolVerdict] {
        let list = JSONValue.array(raws.map { .string(Hex.encode($0)) })
        guard let answers = try await call("testmempoolaccept", list).elements, answers.count == raws.count else {
            throw .malformedAnswer("testmempoolaccept gives another number of verdicts")
        }
        var verdicts: [PoolVerdict] = []
        for answer in answers {
            guard let txid = answer["txid"]?.hash else {
                throw .malformedAnswer("testmempoolaccept gives no id")
            }
            let isAllowed = answer["allowed"]?.flag ?? false
            // A verdict on a package as a whole leaves `allowed` out.
            let reason = answer["reject-reason"]?.text ?? answer["package-error"]?.text ?? "not judged"
            verdicts.append(PoolVerdict(txid: txid, rejection: isAllowed ? nil : reason))
        }
        return verdicts
    }

    /// `gettxout`: an unspent output; nil where there is none.
    ///
    /// - Parameter includingPool: whether what the node's memory pool spends and makes counts.
    public func unspentOutput(
        _ outPoint: OutPoint, includingPool: Bool = true
    ) async throws(NodeError) -> UnspentOutput? {
        let result = try await call(
            "gettxout", .string(outPoint.txid.displayHex), .integer(outPoint.index), .bool(includingPool))
        guard result != .null else {
            return nil
        }
        guard let amount = result["value"]?.bitcoins, let script = result["scriptPubKey"]?["hex"]?.text,
            let bytes = try? Hex.decode(script), let confirmations = result["confirmations"]?.wholeNumber,
            let isCoinbase = result["coinbase"]?.flag, let bestBlock = result["bestblock"]?.hash
        else {
            throw .malformedAnswer("gettxout lacks a member")
        }
        return UnspentOutput(
            amount: amount, script: Script(bytes), confirmations: confirmations, isCoinbase: isCoinbase,
            bestBlock: bestBlock)
    }

    /// `estimatesmartfee`: the fee rate for a confirmation within some blocks.
    ///
    /// - Parameter target: blocks, 1 ... 1,008.
    public func estimateFee(target: Int) async throws(NodeError) -> FeeEstimate {
        let result = try await call("estimatesmartfee", .integer(target))
        guard let blocks = result["blocks"]?.wholeNumber else {
            throw .malformedAnswer("estimatesmartfee lacks blocks")
        }
        guard let rate = result["feerate"] else {
            return FeeEstimate(satoshisPerKilobyte: nil, blocks: blocks)
        }
        guard let amount = rate.bitcoins else {
            throw .malformedAnswer("estimatesmartfee gives no amount")
        }
        return FeeEstimate(satoshisPerKilobyte: amount, blocks: blocks)
    }
}

extension JSONValue {
    /// The amount that a number states in bitcoins, exact to the satoshi.
    fileprivate var bitcoins: Amount? {
        guard case .number(let text) = self else {
            return nil
        }
        return Amount(bitcoinText: text)
    }
}
