import Bitcoin
import Logging
import Testing

@testable import BitcoinNode

/// A `NodeSet` with quick settings, and its events one after another.
final class NodeSetReader {
    let set: NodeSet
    private var iterator: AsyncStream<NodeEvent>.Iterator

    /// Short waits between tries; no refresh by time, unless a test wants it.
    static var settings: NodeSet.Settings {
        var settings = NodeSet.Settings()
        settings.refresh = .seconds(100_000)
        settings.watch = .milliseconds(20)
        settings.firstRetry = .milliseconds(5)
        settings.lastRetry = .milliseconds(50)
        settings.limits = .patient
        return settings
    }

    init(_ endpoints: [NodeEndpoint], network: Network = .regtest, settings: NodeSet.Settings = settings) {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        set = NodeSet(network: network, endpoints: endpoints, settings: settings, logger: logger)
        iterator = set.events.makeAsyncIterator()
    }

    /// What is left after the set was stopped.
    func rest() async -> [NodeEvent] {
        var events: [NodeEvent] = []
        while let event = await iterator.next(isolation: #isolation) { events.append(event) }
        return events
    }

    /// The next event.
    func next() async throws -> NodeEvent {
        try #require(await iterator.next(isolation: #isolation))
    }

    /// The next head or template; healths are passed over.
    func nextWork() async throws -> NodeEvent {
        while true {
            let event = try await next()
            if case .health = event { continue }
            return event
        }
    }

    /// The head that must come next.
    func nextHead() async throws -> TemplateHead {
        let event = try await nextWork()
        guard case .head(let head, let receivedAt) = event else {
            Issue.record("no head but \(event)")
            throw CancellationError()
        }
        #expect(receivedAt > 0)
        return head
    }

    /// The template that must come next.
    func nextTemplate() async throws -> BlockTemplate {
        let event = try await nextWork()
        guard case .template(let template, let receivedAt) = event else {
            Issue.record("no template but \(event)")
            throw CancellationError()
        }
        #expect(receivedAt > 0)
        return template
    }

    /// Reads on to healths that a condition holds for; what else comes on the way is given to `other`.
    @discardableResult
    func health(
        until condition: ([NodeHealth]) -> Bool, other: (NodeEvent) -> Void = { _ in }
    ) async throws -> [NodeHealth] {
        while true {
            let event = try await next()
            guard case .health(let health) = event else {
                other(event)
                continue
            }
            if condition(health) { return health }
        }
    }
}

extension BlockTemplate {
    /// A block of the template that pays `Spending.script`, its nonce found.
    func solved(tag: UInt8 = 1) -> [UInt8] {
        var outputs = [TransactionOutput(amount: coinbaseValue, script: Spending.script)]
        if let witnessCommitment { outputs.append(TransactionOutput(amount: .zero, script: witnessCommitment.script)) }
        let coinbase = Transaction(
            inputs: [
                TransactionInput(
                    outPoint: .null, scriptSig: BlockHeight.push(height).pushing([tag, 0]),
                    witness: [WitnessCommitment.reservedValue])
            ], outputs: outputs)
        var header = header(coinbase: coinbase.txid, version: header.version, time: header.time, nonce: 0)
        while !header.meetsOwnTarget { header.nonce &+= 1 }
        return encodedBlock(header: header, coinbase: coinbase)
    }
}
