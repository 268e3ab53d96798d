import Bitcoin
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

/// The client and the set against the embedded node, over loopback.
@Suite(
    .enabled(if: Kernel.isExpected, Comment(rawValue: Kernel.absence)), .serialized, .timeLimit(.minutes(20)))
struct NodeSetOnNodesTests {
    private func endpoint(_ served: ServedNode) -> NodeEndpoint {
        NodeEndpoint(port: served.server.port, credentials: .password(user: "user", password: "password"))
    }

    @Test func everyCallOfTheClient() async throws {
        let served = try await ServedNode()
        let client = RPCClient(endpoint: endpoint(served))
        let blocks = try await served.client.call("generatetoaddress", "[101,\"\(Spending.address)\"]")
        let first = try #require(blocks.elements?.first?.hash)
        let tip = try #require(blocks.elements?.last?.hash)
        #expect(
            try await client.blockchainInfo()
                == BlockchainInfo(
                    chain: "regtest", height: 101, headers: 101, bestBlock: tip, isInitialBlockDownload: false))
        #expect(try await client.bestBlockHash() == tip)
        let header = try await client.blockHeader(first)
        #expect(header.height == 1 && header.confirmations == 101 && header.header.hash == first)
        await #expect(throws: NodeError.refused(RPCError(code: -5, message: "Block not found"))) {
            try await client.blockHeader(.zero)
        }
        let raw = try #require(try await served.client.call("getblock", "[\"\(first)\",0]").text)
        let reward = try Block(decoding: Hex.decode(raw)).reward
        let coin = try #require(try await client.unspentOutput(reward))
        #expect(coin.amount.satoshis == 5_000_000_000 && coin.isCoinbase && coin.confirmations == 101)
        #expect(coin.script == Spending.script && coin.bestBlock == tip)

        let spend = Spending.transaction([reward], value: 4_999_990_000)
        let bad = Spending.transaction([reward], value: 5_000_000_001)
        let verdicts = try await client.testAcceptance([spend.encoded()])
        #expect(verdicts == [PoolVerdict(txid: spend.txid, rejection: nil)])
        #expect(try await client.testAcceptance([bad.encoded()])[0].rejection != nil)
        #expect(try await client.sendTransaction(spend.encoded()) == spend.txid)
        let error = await #expect(throws: NodeError.self) { try await client.sendTransaction(bad.encoded()) }
        guard case .refused(let refusal) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.code == -26)
        #expect(try await client.unspentOutput(reward) == nil)
        #expect(try await client.unspentOutput(reward, includingPool: false) != nil)
        let made = OutPoint(txid: spend.txid, index: 0)
        #expect(try await client.unspentOutput(made)?.confirmations == 0)
        #expect(try await client.estimateFee(target: 6) == FeeEstimate(satoshisPerKilobyte: nil, blocks: 0))

        let template = try await client.template(network: .regtest).blockTemplate()
        #expect(template.transactions.map(\.txid) == [spend.txid])
        #expect(template.transactions[0].fee?.satoshis == 10_000)
        await #expect(throws: NodeError.refused(RPCError(code: -22, message: "Block decode failed"))) {
            try await client.submitBlock([0])
        }
        #expect(try await client.submitBlock(template.solved()) == nil)
        #expect(try await client.submitBlock(template.solved()) == "duplicate")
        #expect(try await client.unspentOutput(made)?.confirmations == 1)
        await served.stop()
    }

    @Test func blocksOfTheSetsTemplatesAreTakenByAllNodes() async throws {
        let served = [try await ServedNode(), try await ServedNode()]
        let reader = NodeSetReader(served.map { endpoint($0) })
        for height in 1...UInt32(160) {
            // Where the second node is ready first, the preferred one later gives a template of the same tip.
            let head = try await reader.nextHead(skippingTemplates: true)
            let template = try await reader.nextTemplate()
            #expect(head.height == height && template.height == height)
            #expect(template.coinbaseValue == Amount.subsidy(height: height, network: .regtest))
            let answers = await reader.set.submit(block: template.solved())
            #expect(answers.allSatisfy { $0.outcome == .accepted }, "\(answers)")
        }
        let tips = [
            try await served[0].client.call("getbestblockhash"), try await served[1].client.call("getbestblockhash"),
        ]
        #expect(tips[0] == tips[1])
        await reader.set.stop()
        for node in served { await node.stop() }
    }

    @Test func aLongerBranchIsANewTip() async throws {
        let served = try await ServedNode()
        let reader = NodeSetReader([endpoint(served)])
        let genesis = try await reader.nextTemplate(afterHead: 1)
        _ = await reader.set.submit(block: genesis.solved(tag: 1))
        let first = try await reader.nextHead()
        _ = try await reader.nextTemplate()
        // Another block at the same height changes nothing; one on top of it does.
        let other = genesis.solved(tag: 2)
        #expect(await reader.set.submit(block: other).map(\.outcome) == [.inconclusive])
        let hash = try Block(decoding: other).header.hash
        let branch = BlockTemplate.empty(on: hash, height: 2, time: genesis.header.time + 1)
        #expect(await reader.set.submit(block: branch.solved()).map(\.outcome) == [.accepted])
        let head = try await reader.nextHead()
        #expect(head.height == 3 && first.height == 2)
        #expect(try await reader.nextTemplate().header.previousBlock == head.previousBlock)
        await reader.set.stop()
        await served.stop()
    }

    @Test func aKilledNodeIsReplacedAndComesBackWithAnotherCookie() async throws {
        let directories = [try TemporaryFolder("node"), try TemporaryFolder("node")]
        var first = try NodeProcess(directory: directories[0])
        let second = try NodeProcess(directory: directories[1])
        let reader = NodeSetReader([first.endpoint, second.endpoint])
        let template = try await reader.nextTemplate(afterHead: 1)
        #expect(await reader.set.submit(block: template.solved()).map(\.outcome) == [.accepted, .accepted])
        _ = try await reader.nextTemplate(afterHead: 2)

        let oldCookie = try String(contentsOf: first.cookie, encoding: .utf8)
        first.kill()
        // The second may have been active before, if it was ready first.
        var health = try await reader.health { $0[0].state == .unreachable && $0[1].isActive }
        // Work goes on: the second node's template has the same tip, and its blocks are news.
        await reader.set.refresh()
        let next = try await reader.nextTemplate()
        #expect(next.height == 2)
        let block = next.solved()
        let answers = await reader.set.submit(block: block)
        #expect(answers[1].outcome == .accepted)
        guard case .failed(.unreachable) = answers[0].outcome else {
            Issue.record("\(answers[0])")
            return
        }
        let third = try await reader.nextTemplate(afterHead: 3)

        first = try NodeProcess(directory: directories[0], port: first.port)
        #expect(try String(contentsOf: first.cookie, encoding: .utf8) != oldCookie)
        // It is back, and a block behind: not used until it has that.
        health = try await reader.health { $0[0].state == .ready }
        #expect(health[0].height == 1 && health[1].isActive)
        #expect(await reader.set.submit(block: block).map(\.outcome) == [.accepted, .accepted])
        health = try await reader.health { $0[0].isActive }
        #expect(health[0].height == 2)
        #expect(await reader.set.submit(block: third.solved()).map(\.outcome) == [.accepted, .accepted])
        #expect(try await reader.nextHead(skippingTemplates: true).height == 4)
        await reader.set.stop()
        first.kill()
        second.kill()
    }
}

extension NodeSetReader {
    /// The template that follows the head of a height; other templates may come before that head.
    func nextTemplate(afterHead height: UInt32) async throws -> BlockTemplate {
        #expect(try await nextHead(skippingTemplates: true).height == height)
        return try await nextTemplate()
    }

    /// The next head; templates before it are passed over.
    func nextHead(skippingTemplates: Bool) async throws -> TemplateHead {
        while true {
            if case .head(let head, _) = try await nextWork() { return head }
        }
    }
}

extension BlockTemplate {
    /// A template that no node has given: of an empty block on any parent.
    static func empty(on parent: Hash256, height: UInt32, time: UInt32) -> BlockTemplate {
        let header = BlockHeader(
            version: 0x2000_0000, previousBlock: parent, merkleRoot: .zero, time: time, bits: RegtestTemplate.bits,
            nonce: 0)
        let commitment = WitnessCommitment(witnessRoot: .zero)
        do {
            return try BlockTemplate(
                header: header, height: height, minimumTime: time,
                coinbaseValue: Amount.subsidy(height: height, network: .regtest), transactions: [],
                defaultWitnessCommitment: commitment.script)
        } catch {
            preconditionFailure("an empty template contradicts itself: \(error)")
        }
    }
}
