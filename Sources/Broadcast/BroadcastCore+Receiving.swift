internal import Bitcoin
internal import Wire

/// What comes from peers. Bounds first: whatever is outside them is dropped and comes again.
extension BroadcastCore {
    mutating func receive(_ bytes: [UInt8], from peer: Int) {
        guard peers.indices.contains(peer), peer != author, let kind = Frame.kind(of: bytes),
            bytes.count <= longest(kind), kind != .commits || catchUp.isAsking(peer),
            let frame = try? Frame(decoding: bytes)
        else {
            counters.badFrames += 1
            return
        }
        switch frame {
        case .vertex(let frame): take(frame, from: peer)
        case .votes(let frame) where frame.epoch == epoch.id: take(frame.votes, from: peer)
        case .status(let frame) where frame.epoch == epoch.id: answer(frame, of: peer)
        case .pull(let frame) where frame.epoch == epoch.id: answer(frame, of: peer)
        case .catchUp(let frame) where frame.epoch == epoch.id:
            if frame.commit < checkpoints.certified {
                out.effects.append(.serveCommits(to: peer, after: frame.commit))
            }
        case .commits(let frame): take(frame, from: peer)
        case .checkpoint(let frame) where checkpoints.concerns(frame.checkpoint): take(frame, from: peer)
        case .recoveryQuestion(let frame) where frame.epoch == epoch.id: answer(frame, of: peer)
        case .recoveryAnswer(let frame) where frame.epoch == epoch.id: take(frame, from: peer)
        default: counters.badFrames += 1
        }
    }

    private func longest(_ kind: Frame.Kind) -> Int {
        switch kind {
        case .vertex: Int(epoch.configuration.bounds.largestPayload) + Frame.vertexOverhead
        case .commits: Frame.longestCommits
        default: Frame.longestOther
        }
    }

    // MARK: Votes

    private mutating func take(_ votes: [Vote], from peer: Int) {
        guard let position = epoch.positions[peer] else {
            counters.droppedVotes += UInt64(votes.count)
            return
        }
        for vote in votes { count(vote, by: position) }
    }

    mutating func count(_ vote: Vote, by position: Int) {
        let lane = Int(vote.author)
        guard windows.indices.contains(lane), let index = windows[lane].index(of: vote.sequence) else {
            counters.droppedVotes += 1
            return
        }
        let outcome =
            vote.kind == .echo
            ? windows[lane][index].echoes.count(vote.digest, by: position, firstOnly: rules.countsFirstVoteOnly)
            : windows[lane][index].readies.count(vote.digest, by: position, firstOnly: rules.countsFirstVoteOnly)
        switch outcome {
        case .counted: dirty.insert(lane)
        case .conflicting: counters.conflictingVotes += 1
        case .repeated: break
        }
    }

    // MARK: Vertices

    private mutating func take(_ frame: VertexFrame, from peer: Int) {
        let vertex = frame.vertex
        guard graph.isAddressed(vertex), epoch.configuration.holds(vertex.records) else {
            counters.badFrames += 1
            return
        }
        if Int(vertex.author) == peer, !catchUp.wants(vertex) {
            takeCandidate(frame, from: peer)
        } else {
            takePulled(frame, from: peer)
        }
    }

    private mutating func takeCandidate(_ frame: VertexFrame, from peer: Int) {
        let sequence = frame.vertex.sequence
        guard let index = windows[peer].index(of: sequence), hasRoom(for: frame, at: index) else {
            counters.droppedVertices += 1
            if let node = graph.node(peer, sequence), evidence[peer] == .none, let known = node.held {
                compare(frame, with: known, from: peer)
            }
            return
        }
        if let candidate = windows[peer][index].candidate {
            if evidence[peer] == .none { compare(frame, with: candidate, from: peer) }
            return
        }
        let held = HeldVertex(frame)
        guard isSigned(held, from: peer) else { return }
        windows[peer][index].candidate = held
        dirty.insert(peer)
    }

    private mutating func takePulled(_ frame: VertexFrame, from peer: Int) {
        let lane = Int(frame.vertex.author)
        if catchUp.wants(frame.vertex) {
            takeCaughtUp(frame)
            return
        }
        guard let index = windows[lane].index(of: frame.vertex.sequence) else {
            counters.droppedVertices += 1
            return
        }
        let mayBeLost = lane == author && recovery.lost?.sequence == frame.vertex.sequence
        guard windows[lane][index].pull != nil || windows[lane][index].conflictAsked != nil || mayBeLost else {
            counters.droppedVertices += 1
            return
        }
        let held = HeldVertex(frame)
        if mayBeLost, recovery.isLost(held) {
            windows[lane][index].pulled = held
            dirty.insert(lane)
        }
        if let pull = windows[lane][index].pull, pull.digest == held.digest {
            windows[lane][index].pull = nil
            if hasRoom(for: frame, at: index) {
                windows[lane][index].pulled = held
            } else {
                windows[lane][index].lacksRoom = true
                counters.droppedVertices += 1
            }
            dirty.insert(lane)
        }
        if evidence[lane] == .none, let candidate = windows[lane][index].candidate, held.digest != candidate.digest {
            compare(frame, with: candidate, from: peer)
        }
    }

    private func hasRoom(for frame: VertexFrame, at index: Int) -> Bool {
        guard index < LaneWindow.near || rules.looksFarAhead else { return false }
        let room = Int(epoch.configuration.bounds.largestPayload) + Frame.vertexOverhead
        return windows[Int(frame.vertex.author)].holds(frame.encodedVertex.count, at: index, room: room)
    }

    /// Spends the peer's budget on the author's signature.
    private mutating func isSigned(_ held: HeldVertex, from peer: Int) -> Bool {
        guard peers[peer].checksLeft > 0 else {
            counters.uncheckedVertices += 1
            return false
        }
        peers[peer].checksLeft -= 1
        let vertex = held.vertex
        let message = Vertex.signedMessage(
            epoch: epoch.id, author: vertex.author, sequence: vertex.sequence, digest: held.digest)
        let key = epoch.configuration.authors[Int(vertex.author)].key
        guard checker.isValid(held.frame.signature, of: message, by: key) else {
            counters.badSignatures += 1
            return false
        }
        return true
    }

    // MARK: Evidence

    /// Two vertices of one instance: evidence if the author signed both.
    private mutating func compare(_ frame: VertexFrame, with known: HeldVertex, from peer: Int) {
        let other = HeldVertex(frame)
        guard other.digest != known.digest, other.vertex.sequence == known.vertex.sequence,
            isSigned(other, from: peer)
        else { return }
        let lane = Int(frame.vertex.author)
        // What was pulled may have been taken by its digest alone.
        let message = Vertex.signedMessage(
            epoch: epoch.id, author: known.vertex.author, sequence: known.vertex.sequence, digest: known.digest)
        guard checker.isValid(known.frame.signature, of: message, by: epoch.configuration.authors[lane].key),
            let proof = try? EquivocationEvidence(
                epoch: epoch.id, author: frame.vertex.author, sequence: frame.vertex.sequence,
                .init(digest: known.digest, signature: known.frame.signature),
                .init(digest: other.digest, signature: frame.signature))
        else { return }
        evidence[lane] = .known
        out.log.append(.evidence(proof))
        out.effects.append(.alarm(.equivocation(author: lane)))
        own.pendingControl.append(proof.encoded())
    }

    /// Whether evidence that stands in the log is true.
    func isProof(_ proof: EquivocationEvidence) -> Bool {
        guard proof.epoch == epoch.id, Int(proof.author) < epoch.authorCount else { return false }
        let key = epoch.configuration.authors[Int(proof.author)].key
        return [proof.lower, proof.higher].allSatisfy { signed in
            checker.isValid(
                signed.signature,
                of: Vertex.signedMessage(
                    epoch: epoch.id, author: proof.author, sequence: proof.sequence, digest: signed.digest),
                by: key)
        }
    }
}
