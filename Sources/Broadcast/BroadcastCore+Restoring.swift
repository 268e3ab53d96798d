internal import Bitcoin
internal import Wire

/// What a member gets back from its log after a crash.
extension BroadcastCore {
    mutating func restore(_ entry: LogEntry) {
        switch entry {
        case .vertex(let frame): restore(frame)
        case .echoed(let name, let digest): restoreVote(.echo, name, digest)
        case .readied(let name, let digest): restoreVote(.ready, name, digest)
        case .delivered(let name, let digest):
            guard windows.indices.contains(name.author), windows[name.author].delivered + 1 == name.sequence,
                let held = windows[name.author][0].held(digest)
            else { return }
            insert(held, name.author)
        case .certified(let name): commitCertified(name)
        case .abstained(let through): recovery.abstain(through)
        case .signed(let checkpoint): checkpoints.remember(checkpoint)
        case .diverged: checkpoints.halt()
        case .evidence(let proof):
            guard evidence.indices.contains(Int(proof.author)) else { return }
            if evidence[Int(proof.author)] == .none { evidence[Int(proof.author)] = .known }
            own.pendingControl.append(proof.encoded())
        }
    }

    /// The state is whole; what can happen next, happens in the next step.
    ///
    /// Bytes that were logged for an echo or a delivery which the crash took away do not count as held: the author
    /// would not send them again, and only what comes from the author is echoed.
    mutating func finishRestoring() {
        for lane in windows.indices {
            for index in 0..<LaneWindow.size { windows[lane][index].pulled = nil }
        }
        own.createdAt = nil
        dirty.insertAll()
    }

    private mutating func restore(_ frame: VertexFrame) {
        guard graph.isAddressed(frame.vertex) else { return }
        let lane = Int(frame.vertex.author)
        guard let index = windows[lane].index(of: frame.vertex.sequence) else { return }
        let held = HeldVertex(frame)
        guard lane == author, windows[lane][index].candidate == nil else {
            windows[lane][index].pulled = held
            return
        }
        windows[lane][index].candidate = held
        own.inFlight = held
        own.lastRound = max(own.lastRound, frame.vertex.round)
        if frame.vertex.facts != nil { own.sentFacts = frame.vertex.facts }
        own.pendingControl.removeAll { frame.vertex.records.contains($0) }
    }

    private mutating func restoreVote(_ kind: Vote.Kind, _ name: VertexName, _ digest: Hash256) {
        guard windows.indices.contains(name.author), let index = windows[name.author].index(of: name.sequence) else {
            return
        }
        if kind == .echo {
            windows[name.author][index].echoed = digest
            if let pulled = windows[name.author][index].pulled, pulled.digest == digest,
                windows[name.author][index].candidate == nil
            {
                windows[name.author][index].candidate = pulled
                windows[name.author][index].pulled = nil
            }
        } else {
            windows[name.author][index].readied = digest
        }
        guard let position else { return }
        count(
            Vote(
                kind: kind, author: UInt16(truncatingIfNeeded: name.author), sequence: name.sequence, digest: digest),
            by: position)
    }
}

extension BroadcastCore {
    /// What is held in memory beside the committed past.
    public var footprint: BroadcastFootprint {
        var all = BroadcastFootprint()
        for window in windows {
            for instance in window.all {
                all.instances += 1
                let choices = instance.echoes.choices.count + instance.readies.choices.count
                all.choices += choices
                all.mostChoices = max(all.mostChoices, choices)
                all.count(instance.candidate)
                all.count(instance.pulled)
            }
        }
        for lane in graph.lanes {
            all.graphVertices += lane.nodes.count
            all.uncommittedVertices += Int(lane.delivered - min(lane.committed, lane.delivered))
        }
        return all
    }
}
