import ArgumentParser
import Bitcoin
import BitcoinNode
import Foundation
import Node

/// Asks a node, and makes what the benchmark needs on its chain: transactions for jobs of 12 merkle branches, and
/// blocks.
struct NodeClient: Sendable {
    let port: UInt16
    let cookie: URL

    /// More than 2,047, so that the coinbase's branch has 12 hashes.
    static let transactionCount = 2_500

    /// Every output here can be spent by anybody: P2WSH of OP_TRUE.
    private static let anyone = Script([0x51])
    private static let anyoneOutput = anyone.witnessScriptHashOutput

    // MARK: Calls

    /// The result of one call.
    @discardableResult
    func call(_ method: String, _ params: [JSONValue] = []) async throws -> JSONValue {
        try await call([(method, params)])[0]
    }

    /// The results of several calls in one request.
    func call(_ calls: [(method: String, params: [JSONValue])]) async throws -> [JSONValue] {
        let requests = calls.map { call in
            JSONValue.members(["id": .integer(1), "method": .string(call.method), "params": .array(call.params)])
        }
        let login = Data(try String(contentsOf: cookie, encoding: .utf8).utf8).base64EncodedString()
        let exchange = HTTPExchange(
            "POST", url: "http://127.0.0.1:\(port)/", headers: [("Authorization", "Basic \(login)")],
            body: Array(JSONValue.array(requests).encoded.utf8))
        let body: [UInt8]
        do {
            body = try await exchange?.perform(timeout: .seconds(120)).body ?? []
        } catch {
            throw ValidationError("the node gives no answer to \(calls[0].method): \(error)")
        }
        guard let answers = try JSONValue(parsing: body).elements, answers.count == calls.count else {
            throw ValidationError("the node's answer to \(calls[0].method) is none")
        }
        return try answers.map { answer in
            guard answer["error"] == .null, let result = answer["result"] else {
                throw ValidationError("\(calls[0].method): \(answer["error"]?.encoded ?? answer.encoded)")
            }
            return result
        }
    }

    // MARK: Transactions

    /// Makes coins and fills the pool with transactions that do not depend on one another.
    func fillPool() async throws {
        guard let address = Address(script: Self.anyoneOutput, network: .regtest)?.encoded else { return }
        let hashes = try await call("generatetoaddress", [.integer(103), .string(address)]).elements ?? []
        var fans: [Transaction] = []
        for hash in hashes.prefix(2) {
            guard let text = try await call("getblock", [hash])["tx"]?.elements?.first?.text else { continue }
            fans.append(
                spend(try Hash256(displayHex: text), 0, into: Self.transactionCount / 2, each: 3_900_000))
        }
        try await send(fans)
        try await call("generatetoaddress", [.integer(1), .string(address)])
        let leaves = fans.flatMap { fan in
            let txid = fan.txid
            return fan.outputs.indices.map { spend(txid, UInt32($0), into: 1, each: 3_890_000) }
        }
        for start in stride(from: 0, to: leaves.count, by: 250) {
            try await send(Array(leaves[start..<min(start + 250, leaves.count)]))
        }
        let size = try await call("getmempoolinfo")["size"]?.wholeNumber
        guard size == Int64(Self.transactionCount) else {
            throw ValidationError("the node's pool holds \(size ?? 0) transactions")
        }
    }

    private func spend(_ txid: Hash256, _ index: UInt32, into count: Int, each: Int64) -> Transaction {
        var input = TransactionInput(outPoint: OutPoint(txid: txid, index: index))
        input.witness = [Self.anyone.bytes]
        let output = TransactionOutput(satoshis: each, script: Self.anyoneOutput)
        return Transaction(inputs: [input], outputs: [TransactionOutput](repeating: output, count: count))
    }

    private func send(_ transactions: [Transaction]) async throws {
        _ = try await call(
            transactions.map { ("sendrawtransaction", [.string(Hex.encode($0.encoded())), .string("10")]) })
    }

    // MARK: Blocks

    /// A block on the tip with nothing but its coinbase, so that the pool keeps its transactions.
    func makeEmptyBlock() async throws -> [UInt8] {
        guard let tip = try await call("getbestblockhash").text,
            let header = try await call("getblockheader", [.string(tip)]) as JSONValue?,
            let height = header["height"]?.wholeNumber, let median = header["mediantime"]?.wholeNumber
        else {
            throw ValidationError("the node has no tip")
        }
        let number = UInt32(height + 1)
        let subsidy = Int64(5_000_000_000) >> (Int64(number) / 150)
        let coinbase = Transaction(
            inputs: [
                TransactionInput(
                    outPoint: .null, scriptSig: BlockHeight.push(number).pushingVerbatim(Array("bench".utf8)))
            ],
            outputs: [TransactionOutput(satoshis: subsidy, script: Self.anyoneOutput)])
        let bits = CompactTarget(rawValue: 0x207f_ffff)
        let candidate = BlockHeader(
            version: 0x2000_0000, previousBlock: try Hash256(displayHex: tip), merkleRoot: coinbase.txid,
            time: max(UInt32(Date().timeIntervalSince1970), UInt32(median) + 1), bits: bits, nonce: 0)
        guard let mined = candidate.mined(meeting: try bits.target()) else {
            throw ValidationError("no nonce makes a block")
        }
        return Block(header: mined, transactions: [coinbase]).encoded()
    }

    /// Gives the node a block.
    func submit(_ block: [UInt8]) async throws {
        let answer = try await call("submitblock", [.string(Hex.encode(block))])
        guard answer == .null else { throw ValidationError("submitblock: \(answer.encoded)") }
    }
}
