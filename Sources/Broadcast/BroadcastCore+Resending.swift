internal import Bitcoin
internal import Wire

/// What makes up for loss: the status, what it is answered with, and pulls. No queue for any peer.
extension BroadcastCore {
    // MARK: Status

    mutating func sendStatus() {
        statusTime = isComplete ? .max : now + settings.statusInterval
        sendQuestions()
        seekLost()
        for peer in peers.indices { peers[peer].checksLeft = settings.signatureChecks }
        guard epoch.authorCount > 1 else { return }
        send(ownStatus, to: nil)
    }

    private mutating func send(_ status: StatusFrame, to peer: Int?) {
        out.effects.append(.ask(to: peer, frame: Frame.status(status).encoded()))
    }

    /// What was pulled does not count as held: only what comes from its author is echoed, and every correct echo may
    /// be needed.
    private var ownStatus: StatusFrame {
        let lanes = windows.map { window in
            StatusFrame.Lane(delivered: window.delivered, holdsNext: window[0].candidate != nil)
        }
        return StatusFrame(
            epoch: epoch.id, commit: order.number, commitHash: order.hash, certified: checkpoints.certified,
            lanes: lanes)
    }

    /// Sends again what a peer may lack whose lanes stand still or are behind by more than a status.
    mutating func answer(_ status: StatusFrame, of peer: Int) {
        guard status.lanes.count == windows.count else {
            counters.badFrames += 1
            return
        }
        if let last = peers[peer].answerTime, now < last + settings.statusInterval / 2 { return }
        peers[peer].answerTime = now
        if isComplete, status.commit < order.number { send(ownStatus, to: peer) }
        startCatchUp(with: peer, certified: status.certified)
        resendCheckpoints(after: status.certified, to: peer)
        peers[peer].certified = status.certified
        let before = peers[peer].delivered
        let here = peers[peer].deliveredHere
        peers[peer].delivered = status.lanes.map(\.delivered)
        peers[peer].deliveredHere = deliveredSequences
        guard !before.isEmpty, rules.answersStatus else { return }
        var votes: [Vote] = []
        for (lane, state) in status.lanes.enumerated() {
            // What was delivered here that long ago is not under way any more, whether the lane moves there or not.
            let isBehind = rules.answersWhoMoves && state.delivered < here[lane]
            if isBehind || state.delivered == before[lane] { resend(lane, after: state, to: peer, &votes) }
        }
        if !votes.isEmpty {
            out.effects.append(
                .send(to: peer, frame: Frame.votes(VotesFrame(epoch: epoch.id, votes: votes)).encoded()))
        }
    }

    private mutating func resend(_ lane: Int, after state: StatusFrame.Lane, to peer: Int, _ votes: inout [Vote]) {
        let delivered = windows[lane].delivered
        let (end, overflow) = state.delivered.addingReportingOverflow(UInt64(LaneWindow.size))
        guard !overflow else { return }
        if state.delivered < delivered, position != nil {
            let through = min(end, delivered)
            out.effects.append(
                .serveReadies(to: peer, author: lane, sequences: (state.delivered + 1)...through))
        }
        for index in 0..<LaneWindow.size {
            let sequence = delivered + UInt64(index) + 1
            guard sequence > state.delivered, sequence <= end else { continue }
            let author = UInt16(truncatingIfNeeded: lane)
            if lane == self.author, index == 0, sequence == state.delivered + 1, !state.holdsNext,
                let inFlight = own.inFlight
            {
                out.effects.append(.send(to: peer, frame: Frame.vertex(inFlight.frame).encoded()))
            }
            guard position != nil else { continue }
            if let echoed = windows[lane][index].echoed {
                votes.append(Vote(kind: .echo, author: author, sequence: sequence, digest: echoed))
            }
            if let readied = windows[lane][index].readied {
                votes.append(Vote(kind: .ready, author: author, sequence: sequence, digest: readied))
            }
        }
    }

    // MARK: Pulls

    /// Asks for what has been missing long enough.
    mutating func sendPulls() {
        pullTime = .max
        var asked = [[PullFrame.Item]](repeating: [], count: peers.count)
        for lane in windows.indices {
            for index in 0..<LaneWindow.size { pull(lane, index, &asked) }
        }
        for (peer, items) in asked.enumerated() {
            for start in stride(from: 0, to: items.count, by: Self.answeredPulls) {
                let part = Array(items[start..<min(start + Self.answeredPulls, items.count)])
                out.effects.append(
                    .ask(to: peer, frame: Frame.pull(PullFrame(epoch: epoch.id, items: part)).encoded()))
            }
        }
    }

    private mutating func pull(_ lane: Int, _ index: Int, _ asked: inout [[PullFrame.Item]]) {
        guard var pull = windows[lane][index].pull else { return }
        guard windows[lane][index].held(pull.digest) == nil else {
            windows[lane][index].pull = nil
            return
        }
        if pull.nextTime <= now {
            let sequence = windows[lane].delivered + UInt64(index) + 1
            let item = PullFrame.Item(
                author: UInt16(truncatingIfNeeded: lane), sequence: sequence, digest: pull.digest)
            for peer in suppliers(of: pull, windows[lane][index]) { asked[peer].append(item) }
            pull.nextTime = now + min(settings.pullInterval << UInt64(pull.attempts), settings.longestPullInterval)
            pull.attempts = min(pull.attempts + 1, 16)
            windows[lane][index].pull = pull
        }
        pullTime = min(pullTime, pull.nextTime)
    }

    /// f+1 of those who voted for the digest, the next ones with every attempt.
    private func suppliers(of pull: Instance.Pull, _ instance: Instance) -> [Int] {
        let voters = instance.supporters(of: pull.digest)
        let peers = epoch.voters.indices.filter { voters.holds($0) }.map { epoch.voters[$0] }.filter { $0 != author }
        guard !peers.isEmpty else { return [] }
        let count = min(epoch.quorum.oneCorrect, peers.count)
        let start = author + pull.attempts * count
        return (0..<count).map { peers[(start + $0) % peers.count] }
    }

    /// How many vertices of one pull are served.
    private static let answeredPulls = 8

    mutating func answer(_ pull: PullFrame, of peer: Int) {
        for item in pull.items.prefix(Self.answeredPulls) {
            let lane = Int(item.author)
            guard windows.indices.contains(lane) else {
                counters.badFrames += 1
                return
            }
            if item.sequence <= windows[lane].delivered {
                out.effects.append(.serveVertex(to: peer, item))
            } else if let index = windows[lane].index(of: item.sequence),
                let held = windows[lane][index].held(item.digest)
            {
                out.effects.append(.send(to: peer, frame: Frame.vertex(held.frame).encoded()))
            }
        }
    }
}
