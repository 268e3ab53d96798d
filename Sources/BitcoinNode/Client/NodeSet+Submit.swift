internal import Logging

extension NodeSet {
    /// Hands a block to all nodes at once, whatever their health, and tries again where a node cannot be asked or has
    /// not got the block before.
    ///
    /// A block that a node has already counts as accepted, so this may be called again for the same block.
    ///
    /// - Parameter block: the block's serialisation with witnesses.
    /// - Returns: one answer a node, in the order of priority, when the last is there: with a node that does not
    ///   answer, after all tries.
    public nonisolated func submit(block: [UInt8]) async -> [SubmitAnswer] {
        await withTaskGroup(of: (Int, SubmitAnswer).self) { group in
            for (node, client) in clients.enumerated() {
                group.addTask { (node, await self.submit(block, to: client)) }
            }
            var answers: [(Int, SubmitAnswer)] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private nonisolated func submit(_ block: [UInt8], to client: RPCClient) async -> SubmitAnswer {
        let name = client.endpoint.name
        var wait = settings.firstRetry
        for attempt in 1...max(settings.submitTries, 1) {
            let outcome = await offer(block, to: client)
            logger.notice(
                "block submitted",
                metadata: ["node": "\(name)", "outcome": "\(outcome)", "attempt": "\(attempt)"])
            guard Self.isWorthAnotherTry(outcome), attempt < settings.submitTries else {
                return SubmitAnswer(name: name, outcome: outcome)
            }
            try? await Task.sleep(for: wait)
            wait = min(wait * 2, settings.lastRetry)
        }
        return SubmitAnswer(name: name, outcome: .failed(.cancelled))
    }

    private nonisolated func offer(_ block: [UInt8], to client: RPCClient) async -> SubmitAnswer.Outcome {
        do {
            switch try await client.submitBlock(block) {
            case nil, "duplicate": return .accepted
            case "inconclusive", "duplicate-inconclusive": return .inconclusive
            case let reason?: return .rejected(reason)
            }
        } catch {
            return .failed(error)
        }
    }

    private static func isWorthAnotherTry(_ outcome: SubmitAnswer.Outcome) -> Bool {
        switch outcome {
        case .accepted, .inconclusive, .failed(.cancelled): false
        // The parent may still be on its way to this node.
        case .rejected(let reason): reason == "prev-blk-not-found"
        // RPC_DESERIALIZATION_ERROR: the same bytes will not parse better.
        case .failed(.refused(let error)): error.code != -22
        case .failed: true
        }
    }
}
