internal import Bitcoin
internal import Wire

/// Echo, ready, deliver: a lane's instances as far as they can go.
extension BroadcastCore {
    mutating func progress(_ lane: Int) {
        repeat {
            echo(lane)
            for index in 0..<LaneWindow.size {
                ready(lane, index)
                seekBytes(lane, index)
            }
        } while deliver(lane)
    }

    // MARK: Echo

    private mutating func echo(_ lane: Int) {
        let instance = windows[lane][0]
        guard let candidate = instance.candidate, instance.echoed == nil, !instance.isRefused,
            rules.echoesEquivocators || evidence[lane] != .committed
        else { return }
        switch graph.judge(candidate.vertex, recalled: instance.recalled, rules: rules) {
        case .waits: return
        case .forgotten(let names):
            if !instance.isRecalling { out.effects.append(.recall(names)) }
            windows[lane][0].isRecalling = true
            return
        case .malformed:
            refuse(lane)
            return
        case .wellFormed: break
        }
        guard !rules.asksGate || gate.allows(candidate.vertex) else {
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
        for lane in windows.indices where windows[lane][0].isRecalling {
            windows[lane][0].recalled = frames.filter { graph.isAddressed($0.vertex) }
            windows[lane][0].isRecalling = false
            dirty.insert(lane)
        }
    }

    // MARK: Ready

    private mutating func ready(_ lane: Int, _ index: Int) {
        guard let position, windows[lane][index].readied == nil else { return }
        let quorum = epoch.quorum
        guard
            let digest = windows[lane][index].echoes.digest(with: rules.echoQuorum(quorum))
                ?? windows[lane][index].readies.digest(with: rules.amplification(quorum))
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
        let instance = windows[lane][index]
        askForConflict(lane, index, instance)
        guard rules.pulls, index < LaneWindow.near || rules.looksFarAhead && !instance.lacksRoom, instance.pull == nil,
            let digest = instance.readies.digest(with: quorum.oneCorrect)
                ?? instance.echoes.digest(with: quorum.decision),
            instance.held(digest) == nil
        else { return }
        windows[lane][index].pull = Instance.Pull(digest: digest, nextTime: now + settings.pullDelay)
        pullTime = min(pullTime, now + settings.pullDelay)
    }

    /// An echo for other bytes than the author sent here is hearsay; with the bytes it is evidence.
    private mutating func askForConflict(_ lane: Int, _ index: Int, _ instance: Instance) {
        guard let candidate = instance.candidate, instance.conflictAsked == nil, evidence[lane] == .none,
            let other = instance.echoes.choices.first(where: { $0.digest != candidate.digest })
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
        let instance = windows[lane][0]
        guard let digest = instance.readies.digest(with: rules.delivery(epoch.quorum)),
            let held = instance.held(digest), graph.hasParents(of: held.vertex) || !rules.waitsForParents
        else { return false }
        let name = VertexName(author: lane, sequence: windows[lane].delivered + 1)
        let isLogged = lane == author && own.inFlight?.digest == digest || instance.echoed == digest
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
        let commits = order.commits(after: round, in: &graph)
        guard !commits.isEmpty else { return }
        for commit in commits {
            rounds.committed(epoch.anchorPosition(round: commit.round))
            checkpoints.committed(commit.hash)
            takeEvidence(of: commit)
        }
        out.commits += commits
        graph.prune(lastAnchor: order.lastAnchor, keeping: settings.retainedVertices)
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
