import Bitcoin
import Foundation
import TestSupport

@testable import BitcoinNode

/// A fake of a bitcoind whose state a test sets; its templates are empty, and nothing is validated.
final class FakeBitcoind: Sendable {
    struct State: Sendable {
        var chain = "regtest"
        var blocks = 199
        /// Blocks of which the node knows only the header.
        var missing = 0
        var isInitialBlockDownload = false
        var tip = SHA256.hash([0])
        var coinbaseValue = 2_500_000_000
        /// Whether templates have a long poll id.
        var hasLongPolls = true
        /// What is answered to getblocktemplate instead of a template.
        var templateError: RPCError?
        /// Whether the witness commitment is wrong.
        var isLying = false
        /// What submitblock answers, one after another; the last one again and again.
        var submitAnswers = ["null"]
        var submitted: [String] = []
        var templateRequests = 0
    }

    let fake: FakeNode
    private let states: States

    /// A state that one can wait on.
    private final class States: @unchecked Sendable {
        // Safe: only touched with the condition's lock held.
        private var state: State
        private let condition = NSCondition()

        init(_ state: State) { self.state = state }

        func with<Result>(_ body: (inout State) -> Result) -> Result {
            condition.withLock {
                defer { condition.broadcast() }
                return body(&state)
            }
        }

        /// Waits until the tip is another than one.
        func wait(whileTipIs tip: String) {
            condition.withLock {
                while state.tip.displayHex == tip { condition.wait() }
            }
        }
    }

    init(_ state: State = State()) throws {
        let states = States(state)
        self.states = states
        fake = try FakeNode { Self.respond($0, states) }
    }

    var endpoint: NodeEndpoint { fake.endpoint() }

    /// A block comes.
    func grow(tip: UInt8, by count: Int = 1) {
        change {
            $0.blocks += count
            $0.tip = SHA256.hash([tip])
        }
    }

    @discardableResult
    func change<Result>(_ body: (inout State) -> Result) -> Result { states.with(body) }

    private static func respond(_ request: FakeNode.Request, _ states: States) -> [FakeNode.Action] {
        switch request.method {
        case "getblockchaininfo": return [.send(FakeNode.result(chainInfo(states.with { $0 }).encoded, request))]
        case "getblocktemplate":
            if let id = request.parameters.elements?.first?["longpollid"]?.text { states.wait(whileTipIs: id) }
            let state = states.with {
                $0.templateRequests += 1
                return $0
            }
            if let error = state.templateError { return [.send(FakeNode.error(error.code, error.message, request))] }
            return [.send(FakeNode.result(template(state).encoded, request))]
        case "submitblock":
            let answer = states.with { state in
                state.submitted.append(request.parameters.elements?.first?.text ?? "")
                return state.submitAnswers.count > 1 ? state.submitAnswers.removeFirst() : state.submitAnswers[0]
            }
            switch answer {
            case "close": return [.close]
            case "busy": return [.send(FakeNode.http("Work queue depth exceeded", status: "503 Service Unavailable"))]
            case "unreadable": return [.send(FakeNode.error(-22, "Block decode failed", request))]
            default: return [.send(FakeNode.result(answer, request))]
            }
        default: return [.send(FakeNode.error(-32601, "Method not found", request, status: "404 Not Found"))]
        }
    }

    private static func chainInfo(_ state: State) -> JSONValue {
        .members([
            "chain": .string(state.chain), "blocks": .integer(state.blocks),
            "headers": .integer(state.blocks + state.missing), "bestblockhash": .string(state.tip.displayHex),
            "initialblockdownload": .bool(state.isInitialBlockDownload),
        ])
    }

    private static func template(_ state: State) -> JSONValue {
        var generator = SeededGenerator(seed: 1)
        var template = TemplateText(transactionCount: 0, generator: &generator)
        template["previousblockhash"] = .string(state.tip.displayHex)
        template["height"] = .integer(state.blocks + 1)
        template["coinbasevalue"] = .integer(state.coinbaseValue)
        template["longpollid"] = state.hasLongPolls ? .string(state.tip.displayHex) : nil
        if state.isLying { template["default_witness_commitment"] = .string("6a") }
        return .object(template.members)
    }
}
