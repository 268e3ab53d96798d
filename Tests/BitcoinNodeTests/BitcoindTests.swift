import Bitcoin
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

/// The client and the set against real bitcoinds.
///
/// Three in a row: a bitcoind without a peer gives no templates, and each of the two that the set knows may lose one.
@Suite(
    .enabled(if: Bitcoind.path != nil, Comment(rawValue: Bitcoind.absence)), .serialized, .timeLimit(.minutes(30)))
struct BitcoindTests {
    private let nodes: [Bitcoind]

    init() throws {
        let first = try Bitcoind()
        let second = try Bitcoind(peer: first)
        nodes = [first, second, try Bitcoind(peer: second)]
    }

    /// Mines blocks, so that the nodes are out of initial block download, and waits until all have them.
    private func mine(_ count: Int) async throws {
        for node in nodes { _ = try await node.call("getblockcount") }
        for node in [nodes[0], nodes[2]] {
            while try await node.call("getconnectioncount").wholeNumber == 0 {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        let hashes = try await nodes[0].call("generatetoaddress", "[\(count),\"\(Spending.address)\"]")
        for node in nodes {
            while try await node.call("getbestblockhash") != hashes.elements?.last {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    @Test func blocksOfTheTemplatesAreTaken() async throws {
        try await mine(110)
        let reader = NodeSetReader(nodes[..<2].map(\.endpoint))
        for height in UInt32(111)...140 {
            let template = try await reader.nextTemplate(afterHead: height)
            #expect(template.coinbaseValue == Amount.subsidy(height: height, network: .regtest))
            let answers = await reader.set.submit(block: template.solved())
            // The second may have it from the first by then.
            #expect(answers.allSatisfy { $0.outcome == .accepted }, "\(answers)")
        }
        for node in nodes[..<2] { #expect(try await node.call("getblockcount") == .integer(140)) }
        let last = try await reader.nextTemplate(afterHead: 141)
        let greedy = try Block(decoding: last.solved()).reworked { $0.transactions[0].outputs[0].satoshis += 1 }
        let outcomes = await reader.set.submit(block: greedy.encoded()).map(\.outcome)
        // The first may have relayed it to the second before it looked at it.
        let reasons: [SubmitAnswer.Outcome] = [.rejected("bad-cb-amount"), .rejected("duplicate-invalid")]
        #expect(outcomes.allSatisfy { reasons.contains($0) }, "\(outcomes)")
        await reader.set.stop()
    }

    @Test func aKilledBitcoindIsReplacedAndComesBack() async throws {
        try await mine(110)
        let reader = NodeSetReader(nodes[..<2].map(\.endpoint))
        _ = try await reader.nextTemplate(afterHead: 111)
        let cookie = try String(contentsOf: nodes[0].cookie, encoding: .utf8)
        nodes[0].kill()
        try await reader.health { $0[1].isActive && $0[0].state == .unreachable }
        await reader.set.refresh()
        let template = try await reader.nextTemplate()
        let answers = await reader.set.submit(block: template.solved())
        #expect(answers[1].outcome == .accepted && !answers[0].isAccepted)
        _ = try await reader.nextTemplate(afterHead: 112)
        try nodes[0].start()
        try await reader.health { $0[0].isActive && $0[0].height == 111 }
        #expect(try String(contentsOf: nodes[0].cookie, encoding: .utf8) != cookie)
        await reader.set.refresh()
        let next = try await reader.nextTemplate()
        #expect(await reader.set.submit(block: next.solved()).allSatisfy { $0.outcome == .accepted })
        await reader.set.stop()
    }

    @Test func callsAndALargeTemplate() async throws {
        try await mine(110)
        let client = RPCClient(endpoint: nodes[0].endpoint)
        let info = try await client.blockchainInfo()
        #expect(info.chain == "regtest" && info.height == 110 && info.headers == 110)
        #expect(try await client.bestBlockHash() == info.bestBlock)
        #expect(try await client.blockHeader(info.bestBlock).confirmations == 1)
        let first = try #require(try await nodes[0].call("getblockhash", "[1]").hash)
        let block = try await nodes[0].call("getblock", "[\"\(first)\",0]")
        let reward = try Block(decoding: Hex.decode(try #require(block.text))).reward
        #expect(try await client.unspentOutput(reward)?.amount.satoshis == 5_000_000_000)

        // One transaction with 2,300 outputs, confirmed, and one more for each of them.
        let fan = Transaction(
            inputs: [TransactionInput(outPoint: reward, witness: [Spending.witnessScript])],
            outputs: (0..<2300).map { _ in TransactionOutput(satoshis: 2_000_000, script: Spending.script) })
        #expect(try await client.testAcceptance([fan.encoded()])[0].rejection == nil)
        _ = try await nodes[0].call("sendrawtransaction", "[\"\(Hex.encode(fan.encoded()))\",0]")
        let confirmed = try await client.template(network: .regtest).blockTemplate()
        #expect(confirmed.transactions.map(\.txid) == [fan.txid])
        #expect(try await client.submitBlock(confirmed.solved()) == nil)
        #expect(try await client.submitBlock(confirmed.solved()) == "duplicate")
        for index in 0..<UInt32(2300) {
            let spend = Spending.transaction([OutPoint(txid: fan.txid, index: index)], value: 1_990_000)
            if index == 0 { #expect(try await client.testAcceptance([spend.encoded()])[0].rejection == nil) }
            #expect(try await client.sendTransaction(spend.encoded()) == spend.txid)
        }
        let template = try await client.template(network: .regtest)
        #expect(template.head.coinbaseValue.satoshis == 5_000_000_000 + 2300 * 10_000)
        let whole = try template.blockTemplate()
        #expect(whole.transactions.count == 2300 && whole.merkleBranch.hashes.count == 12)
        #expect(try await client.submitBlock(whole.solved()) == nil)
        #expect(try await client.estimateFee(target: 6).blocks >= 0)
    }
}
