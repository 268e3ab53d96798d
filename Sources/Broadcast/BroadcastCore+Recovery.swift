internal import Bitcoin
internal import Wire

/// Finding out whether the log is old, and what to do then.
extension BroadcastCore {
    /// From here on nothing is said until n-f voters have told what they know of this member.
    mutating func beginInquiry(start: UInt64) {
        if successor == nil, (2...3).contains(epoch.voters.count) {
            out.effects.append(.alarm(.toleratesNoFault(voters: epoch.voters.count)))
        }
        // An epoch that has ended needs no votes of this member any more: its log and certificates say it all.
        if successor != nil { recovery.abstain([UInt64](repeating: .max, count: epoch.authorCount)) }
        let needed = epoch.quorum.available - (position == nil ? 0 : 1)
        guard successor == nil, needed > 0, rules.asksAtStart else { return }
        recovery.inquiry = Recovery.Inquiry(
            start: start, needed: needed, answers: [Recovery.Answer?](repeating: nil, count: epoch.authorCount))
    }

    mutating func sendQuestions() {
        guard let inquiry = recovery.inquiry else { return }
        let frame = Frame.recoveryQuestion(RecoveryQuestionFrame(epoch: epoch.id, start: inquiry.start)).encoded()
        for voter in epoch.voters where voter != author && inquiry.answers[voter] == nil {
            out.effects.append(.ask(to: voter, frame: frame))
        }
    }

    // MARK: Answering

    mutating func answer(_ question: RecoveryQuestionFrame, of peer: Int) {
        if let last = peers[peer].recoveryTime, now < last + settings.statusInterval / 2 { return }
        peers[peer].recoveryTime = now
        var votes: [Vote] = []
        if let position = epoch.positions[peer] {
            for lane in windows.indices { countedVotes(of: position, lane, &votes) }
        }
        let answer = RecoveryAnswerFrame(
            epoch: epoch.id, start: question.start, delivered: windows.map(\.delivered), newest: newest(of: peer),
            votes: Array(votes.prefix(VotesFrame.maximumCount)))
        out.effects.append(.send(to: peer, frame: Frame.recoveryAnswer(answer).encoded()))
    }

    private func countedVotes(of position: Int, _ lane: Int, _ votes: inout [Vote]) {
        let author = UInt16(truncatingIfNeeded: lane)
        for index in 0..<LaneWindow.size {
            let sequence = windows[lane].delivered + UInt64(index) + 1
            for (kind, tally) in [
                (Vote.Kind.echo, windows[lane][index].echoes), (.ready, windows[lane][index].readies),
            ] {
                for choice in tally.choices where choice.voters.holds(position) {
                    votes.append(Vote(kind: kind, author: author, sequence: sequence, digest: choice.digest))
                }
            }
        }
    }

    /// The newest vertex of a peer that came from it, or that is delivered and in memory.
    private func newest(of peer: Int) -> RecoveryAnswerFrame.Signed? {
        for index in (0..<LaneWindow.size).reversed() {
            guard let candidate = windows[peer][index].candidate else { continue }
            return RecoveryAnswerFrame.Signed(
                sequence: candidate.vertex.sequence, digest: candidate.digest, signature: candidate.frame.signature)
        }
        let sequence = windows[peer].delivered
        guard let node = graph.node(peer, sequence) else { return nil }
        return RecoveryAnswerFrame.Signed(sequence: sequence, digest: node.digest, signature: node.signature)
    }

    // MARK: Concluding

    mutating func take(_ answer: RecoveryAnswerFrame, from peer: Int) {
        guard let inquiry = recovery.inquiry, inquiry.start == answer.start, inquiry.answers[peer] == nil,
            epoch.positions[peer] != nil, answer.delivered.count == windows.count
        else { return }
        if let newest = answer.newest { learn(newest, from: peer) }
        let knowsMore = answer.votes.contains { isUnknown($0) }
        recovery.inquiry?.answers[peer] = Recovery.Answer(delivered: answer.delivered, knowsMore: knowsMore)
        concludeInquiry()
    }

    /// A vertex with the member's own signature, which its log may lack: proof that the log is old.
    private mutating func learn(_ newest: RecoveryAnswerFrame.Signed, from peer: Int) {
        let known = max(windows[author].delivered, own.inFlight?.vertex.sequence ?? 0, recovery.lost?.sequence ?? 0)
        guard newest.sequence > known else { return }
        let message = Vertex.signedMessage(
            epoch: epoch.id, author: UInt16(truncatingIfNeeded: author), sequence: newest.sequence,
            digest: newest.digest)
        let key = epoch.configuration.authors[author].key
        guard checker.isValid(newest.signature, of: message, by: key) else {
            counters.badSignatures += 1
            return
        }
        recovery.lost = Recovery.Foreign(sequence: newest.sequence, digest: newest.digest, holder: peer)
    }

    /// Whether the log lacks a vote that somebody counts. One for what is delivered here can do no harm any more.
    private func isUnknown(_ vote: Vote) -> Bool {
        let lane = Int(vote.author)
        guard position != nil, windows.indices.contains(lane), vote.sequence > windows[lane].delivered else {
            return false
        }
        guard let index = windows[lane].index(of: vote.sequence) else { return true }
        let instance = windows[lane][index]
        return vote.digest != (vote.kind == .echo ? instance.echoed : instance.readied)
    }

    private mutating func concludeInquiry() {
        guard let inquiry = recovery.inquiry else { return }
        let answers = inquiry.answers.compactMap { $0 }
        guard answers.count >= inquiry.needed else { return }
        recovery.inquiry = nil
        for lane in windows.indices { windows[lane].change() }
        dirty.insertAll()
        guard recovery.lost != nil || answers.count(where: \.knowsMore) >= epoch.quorum.oneCorrect else { return }
        let through = windows.indices.map { lane in
            let newest = answers.reduce(windows[lane].delivered) { max($0, $1.delivered[lane]) }
            return newest.addingReportingOverflow(UInt64(LaneWindow.size)).partialValue
        }
        guard rules.abstainsAfterLoss else { return }
        recovery.abstain(through)
        out.log.append(.abstained(through))
        out.effects.append(.alarm(.oldLog))
    }

    // MARK: The own lane

    /// Takes up the newest own vertex that others have, once all before it is delivered here.
    mutating func adoptLost() {
        guard let lost = recovery.lost else { return }
        guard lost.sequence > windows[author].delivered else {
            recovery.lost = nil
            return
        }
        guard lost.sequence == windows[author].delivered + 1,
            let held = windows[author][0].held(lost.digest), own.inFlight == nil
        else { return }
        recovery.lost = nil
        windows[author][0].pulled = nil
        windows[author][0].candidate = held
        own.inFlight = held
        own.lastRound = max(own.lastRound, held.vertex.round)
        out.log.append(.vertex(held.frame))
        out.effects.append(.send(to: nil, frame: Frame.vertex(held.frame).encoded()))
    }

    /// Asks for the bytes of that vertex: who knows of it first, then all in turn.
    mutating func seekLost() {
        guard var lost = recovery.lost, recovery.inquiry == nil, lost.sequence == windows[author].delivered + 1,
            windows[author][0].held(lost.digest) == nil
        else { return }
        let item = PullFrame.Item(
            author: UInt16(truncatingIfNeeded: author), sequence: lost.sequence, digest: lost.digest)
        let others = epoch.voters.filter { $0 != author }
        let peer = lost.attempts == 0 ? lost.holder : others[lost.attempts % others.count]
        lost.attempts += 1
        recovery.lost = lost
        out.effects.append(
            .ask(to: peer, frame: Frame.pull(PullFrame(epoch: epoch.id, items: [item])).encoded()))
    }
}
