public import Bitcoin

extension RPCClient {
    /// `getblocktemplate` with the rule `segwit`.
    ///
    /// - Parameters:
    ///   - network: the network that the node is on, for the subsidy.
    ///   - longPollID: what the last template's head gave: the answer waits for another template. Nil for one at once.
    public func template(network: Network, longPollID: String? = nil) async throws(NodeError) -> NodeTemplate {
        let request = JSONValue.members([
            "rules": .array([.string("segwit")]), "longpollid": longPollID.map { .string($0) },
        ])
        let parameters = Array(JSONValue.array([request]).encoded.utf8)
        let answer = try await call(
            "getblocktemplate", parameters, timeout: longPollID == nil ? limits.answer : limits.longPoll)
        return try NodeTemplate(answer, network: network)
    }
}
