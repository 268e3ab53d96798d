internal import Bitcoin
internal import Logging

extension NodeSet {
    /// A long poll that answers sooner than this with nothing new is asked again only after as long.
    private static let shortestPoll: Duration = .milliseconds(500)

    /// Takes templates from a node until it fails; why it failed, or `cancelled`.
    nonisolated func feed(from node: Int, _ generation: Int) async -> NodeError {
        await withTaskGroup(of: NodeError.self) { group in
            group.addTask { await self.poll(node, generation) }
            group.addTask { await self.refreshInTime(node, generation) }
            if let publisher = self.clients[node].endpoint.hashBlockPublisher {
                group.addTask { await self.listen(to: publisher, node, generation) }
            }
            let first = await group.next() ?? .cancelled
            group.cancelAll()
            return first
        }
    }

    /// Asks for a template at once, and passes on what comes of it; nil if all went well.
    nonisolated func fetch(from node: Int, _ generation: Int, isWanted: Bool) async -> NodeError? {
        do {
            // What is older than the tip known here is no answer: then the next one is asked after it was known.
            while try await deliver(ask(node, longPollID: nil), node, generation, isWanted: isWanted) == .doubtful {}
            return nil
        } catch {
            return error
        }
    }

    private nonisolated func ask(_ node: Int, longPollID: String?) async throws(NodeError) -> NodeTemplate {
        try await clients[node].template(network: network, longPollID: longPollID)
    }

    private nonisolated func deliver(
        _ template: NodeTemplate, _ node: Int, _ generation: Int, isWanted: Bool
    ) async throws(NodeError) -> TemplateGate.Verdict {
        let verdict = await admit(template, from: node, generation, isWanted: isWanted)
        guard verdict == .newTip || verdict == .fuller else {
            return verdict
        }
        do {
            let block = try template.blockTemplate()
            await publish(block, of: template, generation)
        } catch {
            await withdraw(template)
            throw error
        }
        return verdict
    }

    /// Polls, each time for the next change.
    private nonisolated func poll(_ node: Int, _ generation: Int) async -> NodeError {
        var longPollID: String?
        var isFirst = true
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                let template = try await ask(node, longPollID: longPollID)
                longPollID = template.head.longPollID
                let verdict = try await deliver(template, node, generation, isWanted: isFirst)
                if verdict == .doubtful { longPollID = nil }
                let isNews = verdict == .newTip || verdict == .doubtful || isFirst
                isFirst = false
                if longPollID == nil, verdict != .doubtful {
                    // A node without long polls: the timer and the publisher must do.
                    try? await Task.sleep(for: settings.refresh)
                } else if !isNews, start.duration(to: .now) < Self.shortestPoll {
                    try? await Task.sleep(for: Self.shortestPoll)
                }
            } catch .timedOut where longPollID != nil {
                // Nothing has changed for long. Whether the node still lives, the watch and the timer find out.
                continue
            } catch {
                return error
            }
        }
        return .cancelled
    }

    private nonisolated func refreshInTime(_ node: Int, _ generation: Int) async -> NodeError {
        while true {
            try? await Task.sleep(for: settings.refresh)
            if Task.isCancelled { return .cancelled }
            if let error = await fetch(from: node, generation, isWanted: true) { return error }
        }
    }

    /// Asks for a template whenever the node publishes a new tip.
    private nonisolated func listen(to publisher: String, _ node: Int, _ generation: Int) async -> NodeError {
        let subscriber: ZMQSubscriber
        do {
            subscriber = try ZMQSubscriber(endpoint: publisher)
        } catch {
            logger.error("not a ZeroMQ endpoint", metadata: ["endpoint": "\(publisher)"])
            // The feed goes on without it.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            return .cancelled
        }
        defer { subscriber.stop() }
        for await _ in subscriber.hashes {
            if let error = await fetch(from: node, generation, isWanted: false) { return error }
        }
        return .cancelled
    }

    // MARK: Looks

    /// Looks at a node.
    ///
    /// - Parameter isProven: whether the node is known to give templates; else one is asked for and read in full.
    nonisolated func probe(_ node: Int, isProven: Bool) async -> NodeStatus.Report {
        guard let expected = network.chainName else {
            return NodeStatus.Report(
                state: .wrongChain, error: "signet is not supported: its blocks need a signature in their coinbase")
        }
        do throws(NodeError) {
            let info = try await clients[node].blockchainInfo()
            guard info.chain == expected else {
                return NodeStatus.Report(
                    state: .wrongChain, error: "the node is on the chain \(info.chain), not on \(expected)")
            }
            guard info.height + 1 >= info.headers else {
                return NodeStatus.Report(
                    state: .syncing, height: info.height, error: "it has \(info.height) of \(info.headers) blocks")
            }
            // On regtest an old tip is no sign of being behind.
            guard !info.isInitialBlockDownload || network == .regtest else {
                return NodeStatus.Report(
                    state: .syncing, height: info.height, error: "it is in initial block download")
            }
            if !isProven { _ = try await clients[node].template(network: network).blockTemplate() }
            return NodeStatus.Report(state: .ready, height: info.height)
        } catch {
            return NodeStatus.report(error)
        }
    }
}

extension Network {
    /// How bitcoind names the chain; nil for signet, where this pool cannot make blocks.
    fileprivate var chainName: String? {
        switch self {
        case .mainnet: "main"
        case .testnet4: "testnet4"
        case .regtest: "regtest"
        case .signet: nil
        }
    }
}
