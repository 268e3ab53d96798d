import Bitcoin
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

/// Which node is used, and what is said of the others: against fakes of bitcoind.
@Suite(.timeLimit(.minutes(20))) struct NodeSetTests {
    @Test func aNewTipComesAsAHeadAndThenInFull() async throws {
        let node = try FakeBitcoind()
        let reader = NodeSetReader([node.endpoint])
        var head = try await reader.nextHead()
        #expect(head.height == 200 && head.previousBlock == SHA256.hash([0]))
        #expect(try await reader.nextTemplate().height == 200)
        for tip in UInt8(1)...20 {
            node.grow(tip: tip)
            head = try await reader.nextHead()
            #expect(head.height == 200 + UInt32(tip) && head.previousBlock == SHA256.hash([tip]))
            let template = try await reader.nextTemplate()
            #expect(template.height == head.height && template.header.previousBlock == head.previousBlock)
        }
        // A tip of the same height, as after a reorganisation.
        node.change { $0.tip = SHA256.hash([99]) }
        #expect(try await reader.nextHead().previousBlock == SHA256.hash([99]))
        await reader.set.stop()
        node.grow(tip: 100)
        let heads = await reader.rest().filter { if case .head = $0 { true } else { false } }
        #expect(heads.isEmpty)
    }

    @Test func aTemplateComesInTimeAndWhenAsked() async throws {
        let node = try FakeBitcoind()
        var settings = NodeSetReader.settings
        settings.refresh = .milliseconds(10)
        let reader = NodeSetReader([node.endpoint], settings: settings)
        // A head that is read late has given way to the templates behind it.
        _ = try await reader.nextWork()
        for _ in 0..<5 { #expect(try await reader.nextTemplate().height == 200) }
        await reader.set.stop()

        let slow = NodeSetReader([node.endpoint])
        _ = try await slow.nextHead()
        _ = try await slow.nextTemplate()
        for value in [2_500_000_000, 2_400_000_000] {
            node.change { $0.coinbaseValue = value }
            await slow.set.refresh()
            #expect(try await slow.nextTemplate().coinbaseValue.satoshis == Int64(value))
        }
        await slow.set.stop()
    }

    // MARK: Nodes that are not used

    private func health(of state: FakeBitcoind.State, network: Network = .regtest) async throws -> NodeHealth {
        let node = try FakeBitcoind(state)
        let reader = NodeSetReader([node.endpoint], network: network)
        let health = try await reader.health { $0[0].state != .connecting }
        await reader.set.stop()
        #expect(await reader.set.activeClient == nil)
        return health[0]
    }

    @Test func anotherChain() async throws {
        for (chain, network) in [("main", Network.regtest), ("test", .testnet4), ("signet", .mainnet)] {
            var state = FakeBitcoind.State()
            state.chain = chain
            let health = try await health(of: state, network: network)
            #expect(health.state == .wrongChain && !health.isActive)
            let expected = [Network.regtest: "regtest", .testnet4: "testnet4", .mainnet: "main"][network] ?? ""
            #expect(health.lastError == "the node is on the chain \(chain), not on \(expected)")
        }
    }

    @Test func signetIsRefused() async throws {
        var state = FakeBitcoind.State()
        state.chain = "signet"
        let health = try await health(of: state, network: .signet)
        #expect(health.state == .wrongChain)
        #expect(health.lastError == "signet is not supported: its blocks need a signature in their coinbase")
    }

    @Test func nodesThatHaveNotCaughtUp() async throws {
        var state = FakeBitcoind.State()
        state.missing = 2
        var health = try await health(of: state)
        #expect(health.state == .syncing && health.lastError == "it has 199 of 201 blocks" && health.height == 199)
        state.missing = 0
        state.isInitialBlockDownload = true
        state.chain = "testnet4"
        health = try await self.health(of: state, network: .testnet4)
        #expect(health.state == .syncing && health.lastError == "it is in initial block download")
        state = FakeBitcoind.State()
        state.templateError = RPCError(code: -10, message: "Bitcoin is in initial sync and waiting for blocks...")
        health = try await self.health(of: state)
        #expect(health.state == .syncing)
    }

    @Test func nodesWhoseTemplatesAreNoUse() async throws {
        var state = FakeBitcoind.State()
        state.templateError = RPCError(code: -9, message: "Bitcoin is not connected!")
        var health = try await health(of: state)
        #expect(health.state == .unusable && health.lastError == "Bitcoin is not connected! (code -9)")
        state.templateError = nil
        state.isLying = true
        health = try await self.health(of: state)
        #expect(health.state == .unusable)
        #expect(health.lastError == "a bad block template: the witness commitment is wrong")
    }

    @Test func aNodeThatIsBehindTheOthersIsNotUsed() async throws {
        let first = try FakeBitcoind()
        let second = try FakeBitcoind()
        second.grow(tip: 2, by: 2)
        let reader = NodeSetReader([first.endpoint, second.endpoint])
        var height: UInt32 = 0
        let health = try await reader.health {
            $0[1].isActive && $0[0].state == .syncing
        } other: {
            if case .head(let head, _) = $0 { height = head.height }
        }
        #expect(health[0].lastError == "it is behind the other nodes")
        while height != 202 { height = try await reader.nextHead(skippingTemplates: true).height }
        // One block behind is no more than one on its way, but the height that was published counts too.
        first.grow(tip: 1)
        try await reader.health { $0[0].state == .ready && $0[0].height == 200 }
        #expect(await reader.set.activeClient?.endpoint.port == second.fake.port)
        first.grow(tip: 2)
        try await reader.health { $0[0].isActive }
        await reader.set.stop()
    }

    // MARK: Fail-over

    @Test func theNextNodeTakesOverUntilTheFirstIsBack() async throws {
        let first = try FakeBitcoind()
        let second = try FakeBitcoind()
        let reader = NodeSetReader([first.endpoint, second.endpoint])
        try await reader.health { $0[0].isActive && $0[1].state == .ready }
        // It still answers, and gives no templates any more: found when asked for one.
        first.change { $0.templateError = RPCError(code: -9, message: "Bitcoin is not connected!") }
        await reader.set.refresh()
        var health = try await reader.health { $0[1].isActive }
        #expect(health[0].state == .unusable && health[0].lastError == "Bitcoin is not connected! (code -9)")
        second.grow(tip: 1)
        while try await reader.nextHead(skippingTemplates: true).height != 201 {}
        // Back, but without the new block: not used yet.
        first.change { $0.templateError = nil }
        health = try await reader.health { $0[0].state == .ready }
        #expect(health[0].height == 199 && health[1].isActive)
        first.grow(tip: 1)
        var heads: [TemplateHead] = []
        health = try await reader.health {
            $0[0].isActive
        } other: {
            if case .head(let head, _) = $0 { heads.append(head) }
        }
        #expect(health[0].lastError == nil)
        // The change of node brought no head of its own, for the tip is the same.
        first.grow(tip: 2)
        #expect(try await reader.nextHead(skippingTemplates: true).height == 202)
        #expect(heads.isEmpty)
        await reader.set.stop()
    }

    @Test func afterItsPatienceTheSetUsesANodeThatLags() async throws {
        let first = try FakeBitcoind()
        let second = try FakeBitcoind()
        first.grow(tip: 1)
        var settings = NodeSetReader.settings
        settings.patience = .milliseconds(50)
        let reader = NodeSetReader([first.endpoint, second.endpoint], settings: settings)
        while try await reader.nextHead(skippingTemplates: true).height != 201 {}
        _ = try await reader.nextTemplate()
        first.change { $0.templateError = RPCError(code: -1, message: "broken") }
        await reader.set.refresh()
        try await reader.health { $0[1].isActive }
        #expect(try await reader.nextHead().height == 200)
        await reader.set.stop()
    }

    @Test func withoutAnyNodeTheSetSaysSoAndAsksOn() async throws {
        let port = try FakeNode.closedPort()
        let endpoint = NodeEndpoint(port: port, credentials: .password(user: "u", password: "s3cr3t"))
        let node = try FakeBitcoind(
            .init(isInitialBlockDownload: false, templateError: RPCError(code: -28, message: "Loading")))
        let reader = NodeSetReader([endpoint, node.endpoint])
        let health = try await reader.health { $0[0].state == .unreachable && $0[1].state == .syncing }
        #expect(health.map(\.isActive) == [false, false])
        #expect(health.map(\.lastError) == ["cannot connect: connection refused", "Loading (code -28)"])
        #expect(await reader.set.activeClient == nil)
        await reader.set.refresh()
        node.change { $0.templateError = nil }
        try await reader.health { $0[1].isActive }
        #expect(try await reader.nextHead().height == 200)
        await reader.set.stop()
    }

    // MARK: Blocks

    @Test func blocksGoToAllNodesAndTriesAreBounded() async throws {
        let answers = [
            ["null"], ["\"duplicate\""], ["\"inconclusive\""], ["\"high-hash\""], ["\"prev-blk-not-found\""],
            ["busy", "close", "\"prev-blk-not-found\"", "null"], ["busy"], ["unreadable"], ["1"],
        ]
        let nodes = try answers.map { answers in
            var state = FakeBitcoind.State()
            // Blocks go to nodes of every health.
            state.templateError = RPCError(code: -1, message: "broken")
            state.submitAnswers = answers
            return try FakeBitcoind(state)
        }
        var settings = NodeSetReader.settings
        settings.submitTries = 5
        let port = try FakeNode.closedPort()
        let nowhere = NodeEndpoint(port: port, credentials: .password(user: "u", password: "s3cr3t"))
        let reader = NodeSetReader(nodes.map(\.endpoint) + [nowhere], settings: settings)
        let found = await reader.set.submit(block: [0xab, 0x01])
        #expect(found.map(\.name) == nodes.map(\.endpoint.name) + [nowhere.name])
        let malformed = NodeError.malformedAnswer("submitblock gives neither null nor a reason")
        #expect(
            found.map(\.outcome) == [
                .accepted, .accepted, .inconclusive, .rejected("high-hash"), .rejected("prev-blk-not-found"), .accepted,
                .failed(.httpStatus(503)), .failed(.refused(RPCError(code: -22, message: "Block decode failed"))),
                .failed(malformed), .failed(.unreachable("connection refused")),
            ])
        #expect(nodes.map { $0.change { $0.submitted.count } } == [1, 1, 1, 1, 5, 4, 5, 1, 5])
        #expect(nodes.allSatisfy { $0.change { $0.submitted.allSatisfy { $0 == "ab01" } } })
        await reader.set.stop()
    }
}
