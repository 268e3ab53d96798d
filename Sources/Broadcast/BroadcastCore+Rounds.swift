internal import Bitcoin
internal import Wire

/// When the member makes its next vertex, and what stands in it.
extension BroadcastCore {
    /// When the next own vertex is due if nothing else happens; nil while something else must happen first.
    var creationTime: UInt64? {
        let round = graph.completeRound
        guard own.inFlight == nil, round + 1 > own.lastRound, position != nil || hasNews, isOpen,
            recovery.allowsVertices
        else { return nil }
        var time = own.createdAt.map { $0 + pace } ?? 0
        if round > 0, !isAnchorSettled(round) {
            let anchor = epoch.anchorPosition(round: round - round % 2)
            time = max(time, rounds.completeSince + rounds.wait(for: anchor))
        }
        return time
    }

    /// The least time between two own vertices now.
    private var pace: UInt64 {
        if epoch.authorCount == 1, hasNews || graph.uncommittedPayload > 0 { return 0 }
        if graph.uncommittedControl > 0 || !own.pendingControl.isEmpty { return settings.hurriedRound }
        return settings.minimumRound
    }

    private var hasNews: Bool {
        !own.pending.isEmpty || !own.pendingControl.isEmpty || own.facts != own.sentFacts
    }

    /// R5: whether the newest complete round says all that is to be known of its anchor.
    private func isAnchorSettled(_ round: UInt64) -> Bool {
        guard round % 2 == 1 else { return graph.hasAnchor(round: round) }
        guard round > 1 else { return true }
        let votes = graph.anchorVotes(round: round)
        return votes.yes >= epoch.quorum.available || votes.no >= epoch.quorum.oneCorrect
    }

    /// Makes a vertex if it is time.
    mutating func createIfDue() -> Bool {
        guard let time = creationTime, time <= now else { return false }
        let round = graph.completeRound + 1
        let parents = graph.parents(ofRound: round, by: author)
        let taken = own.takeRecords(epoch.configuration.bounds)
        var refused = taken.refused
        guard var vertex = vertex(round, parents, taken.records, taken.carriesControl) else { return false }
        let isAllowed = gate.allows(vertex)
        if !isAllowed {
            let split = admissible(taken.records) { self.vertex(round, parents, $0, taken.carriesControl) }
            refused += split.refused
            guard let rest = self.vertex(round, parents, split.allowed, taken.carriesControl) else { return false }
            vertex = rest
        }
        if !refused.isEmpty { out.effects.append(.quarantine(refused)) }
        return send(vertex, isAllowed: isAllowed)
    }

    private func vertex(
        _ round: UInt64, _ parents: Vertex.Parents, _ records: [[UInt8]], _ carriesControl: Bool
    ) -> Vertex? {
        try? Vertex(
            epoch: epoch.id, author: UInt16(truncatingIfNeeded: author), sequence: windows[author].delivered + 1,
            round: round, parents: parents, carriesControl: carriesControl,
            facts: own.facts == own.sentFacts ? nil : own.facts, records: records)
    }

    /// Leaves out, one after the other, the records that the gate does not allow.
    private func admissible(
        _ records: [[UInt8]], _ vertex: ([[UInt8]]) -> Vertex?
    ) -> (allowed: [[UInt8]], refused: [[UInt8]]) {
        var allowed: [[UInt8]] = []
        var refused: [[UInt8]] = []
        for record in records {
            if let tried = vertex(allowed + [record]), gate.allows(tried) {
                allowed.append(record)
            } else {
                refused.append(record)
            }
        }
        return (allowed, refused)
    }

    /// - Parameter isAllowed: whether the gate was asked for this very vertex.
    private mutating func send(_ vertex: Vertex, isAllowed: Bool) -> Bool {
        let digest = Vertex.digest(ofEncoding: vertex.encoded())
        let message = Vertex.signedMessage(
            epoch: epoch.id, author: vertex.author, sequence: vertex.sequence, digest: digest)
        guard let signature = signer.sign(message) else {
            // The records are not lost: they wait for a machine that computes.
            own.pending = vertex.records + own.pending
            own.createdAt = now
            out.effects.append(.alarm(.cannotSign))
            return false
        }
        let held = HeldVertex(VertexFrame(signature: signature, vertex: vertex), digest: digest)
        own.inFlight = held
        own.lastRound = vertex.round
        own.createdAt = now
        if vertex.facts != nil { own.sentFacts = vertex.facts }
        counters.ownVertices += 1
        windows[author][0].candidate = held
        windows[author][0].isAllowed = isAllowed
        if rules.logsOwnVertex { out.log.append(.vertex(held.frame)) }
        out.effects.append(.send(to: nil, frame: Frame.vertex(held.frame).encoded()))
        dirty.insert(author)
        return true
    }

    /// The own lane went on.
    mutating func ownDelivered(_ held: HeldVertex) {
        own.lastRound = max(own.lastRound, held.vertex.round)
        defer { own.inFlight = nil }
        guard let inFlight = own.inFlight, inFlight.digest == held.digest else {
            if let lost = recovery.lost, held.vertex.sequence <= lost.sequence { return }
            out.effects.append(.alarm(.foreignOwnVertex(sequence: held.vertex.sequence)))
            if let lost = own.inFlight {
                let known = held.vertex.records
                own.pending = lost.vertex.records.filter { !known.contains($0) } + own.pending
            }
            return
        }
        if let createdAt = own.createdAt { rounds.learnDelivery(now - min(createdAt, now)) }
    }
}
