internal import Bitcoin
internal import Wire

/// Echo, ready, deliver: a lane's instances as far as they can go.
extension BroadcastCore {
    mutating func progress(_ lane: Int) {
        repeat {
            if lane == author { adoptLost() }
            echo(lane)
            // An instance that has not changed since would come to the same.
            for index in windows[lane].takeChanged() {
                ready(lane, index)
                seekBytes(lane, index)
            }
        } while deliver(lane)
    }

    // MARK: Echo

    private mutating func echo(_ lane: Int) {
        guard let candidate = windows[lane][0].candidate, windows[lane][0].echoed == nil,
            !windows[lane][0].isRefused, rules.echoesEquivocators || evidence[lane] != .committed,
            isOpen, recovery.allowsVote(lane, candidate.vertex.sequence)
        else { return }
        switch graph.judge(candidate.vertex, recalled: windows[lane][0].recalled, rules: rules) {
        case .waits: return
        case .forgotten(let names):
            if windows[lane][0].recalling != names { out.effects.append(.recall(names)) }
            windows[lane][0].recalling = names
            return
        case .malformed:
            refuse(lane)
            return
        case .wellFormed: break
        }
        guard !rules.asksGate || windows[lane][0].isAllowed || gate.allows(candidate.vertex) else {
            refuse(lane)
            return
        }
        if let position {
            windows[lane][0].echoed = candidate.digest
            cast(.echo, lane, 0, candidate, position)
        }
    }

    private mutating func refuse(_ lane: Int) {
        windows[lane][0].isRefused = true
        counters.malformedVertices += 1
    }

    mutating func takeRecalled(_ frames: [VertexFrame]) {
        let known = frames.filter { graph.isAddressed($0.vertex) }
        let names = known.map { VertexName(author: Int($0.vertex.author), sequence: $0.vertex.sequence) }
        for lane in windows.indices {
            // An answer to another lane's question leaves this one's open.
            let wanted = windows[lane][0].recalling
            guard !wanted.isEmpty, wanted.allSatisfy({ names.contains($0) }) else { continue }
            windows[lane][0].recalled = known
            dirty.insert(lane)
        }
    }

    // MARK: Ready

    private mutating func ready(_ lane: Int, _ index: Int) {
        guard let position, windows[lane][index].readied == nil, recovery.inquiry == nil else { return }
        let quorum = epoch.quorum
        let isFree = recovery.allowsVote(lane, windows[lane].delivered + UInt64(index) + 1)
        // What f+1 say is no choice: an earlier ready that is forgotten said the same.
        guard
            let digest = windows[lane][index].readies.digest(with: rules.amplification(quorum))
                ?? (isFree ? windows[lane][index].echoes.digest(with: rules.echoQuorum(quorum)) : nil)
        else { return }
        windows[lane][index].readied = digest
        cast(.ready, lane, index, windows[lane][index].held(digest), position, digest)
    }

    /// Logs an own vote, counts it and sends it to all.
    private mutating func cast(
        _ kind: Vote.Kind, _ lane: Int, _ index: Int, _ held: HeldVertex?, _ position: Int, _ digest: Hash256? = nil
    ) {
        guard let digest = digest ?? held?.digest else { return }
        let name = VertexName(author: lane, sequence: windows[lane].delivered + UInt64(index) + 1)
        if rules.logsVotes {
            if kind == .echo {
                if lane != author, let held { out.log.append(.vertex(held.frame)) }
                out.log.append(.echoed(name, digest))
            } else {
                out.log.append(.readied(name, digest))
            }
        }
        let vote = Vote(
            kind: kind, author: UInt16(truncatingIfNeeded: lane), sequence: name.sequence, digest: digest)
        out.votes.append(vote)
        count(vote, by: position)
    }

    // MARK: Bytes

    /// Starts a pull for bytes that votes ask for.
    private mutating func seekBytes(_ lane: Int, _ index: Int) {
        let quorum = epoch.quorum
        askForConflict(lane, index)
        guard rules.pulls,
            index < LaneWindow.near || rules.looksFarAhead && !windows[lane][index].lacksRoom,
            windows[lane][index].pull == nil,
            let digest = windows[lane][index].readies.digest(with: quorum.oneCorrect)
                ?? windows[lane][index].echoes.digest(with: quorum.decision),
            windows[lane][index].held(digest) == nil
        else { return }
        windows[lane][index].pull = Instance.Pull(digest: digest, nextTime: now + settings.pullDelay)
        pullTime = min(pullTime, now + settings.pullDelay)
    }

    /// An echo for other bytes than the author sent here is hearsay; with the bytes it is evidence.
    private mutating func askForConflict(_ lane: Int, _ index: Int) {
        guard evidence[lane] == .none, let candidate = windows[lane][index].candidate,
            windows[lane][index].conflictAsked == nil,
            let other = windows[lane][index].echoes.choices.first(where: { $0.digest != candidate.digest })
        else { return }
        windows[lane][index].conflictAsked = other.digest
        let sequence = windows[lane].delivered + UInt64(index) + 1
        let item = PullFrame.Item(
            author: UInt16(truncatingIfNeeded: lane), sequence: sequence, digest: other.digest)
        let echoer = epoch.voters[other.voters.trailingZeroBitCount]
        out.effects.append(
            .ask(to: echoer, frame: Frame.pull(PullFrame(epoch: epoch.id, items: [item])).encoded()))
    }

    // MARK: Deliver

    /// Delivers the lane's next vertex if it can be.
    private mutating func deliver(_ lane: Int) -> Bool {
        guard let digest = windows[lane][0].readies.digest(with: rules.delivery(epoch.quorum)),
            let held = windows[lane][0].held(digest), graph.hasParents(of: held.vertex) || !rules.waitsForParents
        else { return false }
        let name = VertexName(author: lane, sequence: windows[lane].delivered + 1)
        let isLogged = lane == author && own.inFlight?.digest == digest || windows[lane][0].echoed == digest
        if !isLogged { out.log.append(.vertex(held.frame)) }
        out.log.append(.delivered(name, digest))
        insert(held, lane)
        return true
    }

    /// What follows from a delivery, now or when the log is read again.
    mutating func insert(_ held: HeldVertex, _ lane: Int) {
        let before = graph.completeRound
        graph.insert(held, author: lane)
        gate.admit(held.vertex)
        windows[lane].advance()
        if lane == author { ownDelivered(held) }
        if graph.completeRound > before { rounds.completed(at: now) }
        if let position = epoch.positions[lane] {
            let round = held.vertex.round
            if round % 2 == 0, round < own.lastRound, epoch.anchorPosition(round: round) == position {
                rounds.cameLate(position)
            }
            commit(after: round)
        }
        dirty.insertAll()
    }

    private mutating func commit(after round: UInt64) {
        for anchor in order.anchors(after: round, in: graph) { commit(anchor) }
    }

    /// Makes the next commit, unless the epoch has ended: what comes after its last commit is void.
    mutating func commit(_ anchor: Anchor) {
        guard isOpen else { return }
        let commit = order.commit(anchor, in: &graph)
        rounds.committed(epoch.anchorPosition(round: commit.round))
        checkpoints.committed(commit.hash)
        takeEvidence(of: commit)
        out.commits.append(commit)
        graph.prune(lastAnchor: order.lastAnchor, keeping: settings.retainedVertices)
        if let mark = marks.absorb(commit), successor == nil { close(mark) }
    }

    private mutating func takeEvidence(of commit: Commit) {
        for vertex in commit.vertices {
            for record in vertex.vertex.records where record.first == RecordType.equivocationEvidence.rawValue {
                guard let proof = try? EquivocationEvidence(decoding: record), isProof(proof) else { continue }
                evidence[Int(proof.author)] = .committed
            }
        }
    }
}
