internal import Bitcoin
internal import Wire

/// Catching up with what is certified, from one peer that need not be trusted.
extension BroadcastCore {
    /// Asks a peer that is far ahead, or ahead at all where nothing has been committed since its status before.
    mutating func startCatchUp(with peer: Int, certified: UInt64) {
        let standsStill = peers[peer].ownCommit == order.number
        peers[peer].ownCommit = order.number
        guard case .idle = catchUp, certified > order.number, now >= peers[peer].catchUpPause,
            standsStill || certified - order.number > CatchUp.distance
        else { return }
        catchUp = .asking(peer: peer, deadline: now + CatchUp.patience)
        let question = CatchUpFrame(epoch: epoch.id, commit: order.number)
        out.effects.append(.ask(to: peer, frame: Frame.catchUp(question).encoded()))
    }

    /// The next peer whose status says more is asked. The one that brought nothing is left alone until f others could
    /// have done the same: whoever is quickest with its status is not asked for ever.
    mutating func giveUpCatchUp() {
        if let peer = catchUp.peer {
            let turns = UInt64(epoch.quorum.oneCorrect)
            peers[peer].catchUpPause = now + turns * CatchUp.patience + 4 * settings.statusInterval
        }
        catchUp = .idle
    }

    mutating func take(_ frame: CommitsFrame, from peer: Int) {
        guard catchUp.isAsking(peer) else { return }
        guard let items = certifiedItems(of: frame) else {
            counters.badFrames += 1
            giveUpCatchUp()
            return
        }
        catchUp = .fetching(CatchUp.Fetch(peer: peer, items: items, deadline: now + CatchUp.patience))
        fetchOn()
    }

    /// The vertices that a frame lists, named and in the log's order; nil unless all of them are certified.
    ///
    /// The certificate of the epoch's last commit bears the next epoch's id, which is not known yet. Whatever a
    /// certificate bears, it proves nothing but its H, and this epoch's id is in every step to it.
    private func certifiedItems(of frame: CommitsFrame) -> [CatchUp.Item]? {
        let checkpoint = frame.certificate.checkpoint
        // Commits that were made since the question are left out.
        guard checkpoint.commit > order.number,
            checkpoint.commit - order.number <= UInt64(frame.commits.count),
            epoch.isSigned(frame.certificate, checker: checker)
        else { return nil }
        let missing = frame.commits.suffix(Int(checkpoint.commit - order.number))
        var hash = order.hash
        var number = order.number
        var committed = graph.lanes.map(\.committed)
        var items: [CatchUp.Item] = []
        for entries in missing {
            for (index, entry) in entries.enumerated() {
                guard Int(entry.author) < committed.count else { return nil }
                committed[Int(entry.author)] += 1
                items.append(
                    CatchUp.Item(
                        vertex: PullFrame.Item(
                            author: entry.author, sequence: committed[Int(entry.author)], digest: entry.digest),
                        commit: index == entries.count - 1 ? number + 1 : nil))
            }
            number += 1
            let digests = entries.map(\.digest)
            guard let anchor = digests.last else { return nil }
            hash = Order.hash(
                after: hash, epoch: epoch.id, number: number, anchor: anchor, digests: digests, committed: committed)
        }
        return hash == checkpoint.commitHash ? items : nil
    }

    mutating func takeCaughtUp(_ frame: VertexFrame) {
        guard case .fetching(var fetch) = catchUp, fetch.take(HeldVertex(frame)) else { return }
        fetch.deadline = now + CatchUp.patience
        catchUp = .fetching(fetch)
        fetchOn()
    }

    /// Delivers what has come, in order, and asks for more.
    private mutating func fetchOn() {
        while case .fetching(var fetch) = catchUp, let front = fetch.front {
            let wanted = front.item.vertex
            let lane = Int(wanted.author)
            if windows[lane].delivered < wanted.sequence {
                guard let held = front.held ?? self.held(wanted) else { break }
                guard deliverCertified(held, lane) else {
                    giveUpCatchUp()
                    return
                }
            }
            if front.item.commit == order.number + 1 {
                let anchor = VertexName(author: lane, sequence: wanted.sequence)
                out.log.append(.certified(anchor: anchor))
                commitCertified(anchor)
            }
            fetch.dropFront()
            catchUp = .fetching(fetch)
        }
        guard case .fetching(var fetch) = catchUp else { return }
        let wanted = fetch.nextPull()
        catchUp = fetch.isDone ? .idle : .fetching(fetch)
        if !wanted.isEmpty {
            out.effects.append(
                .ask(to: fetch.peer, frame: Frame.pull(PullFrame(epoch: epoch.id, items: wanted)).encoded()))
        }
    }

    /// A certified vertex whose bytes are in the window already.
    private func held(_ item: PullFrame.Item) -> HeldVertex? {
        let lane = Int(item.author)
        return windows[lane].index(of: item.sequence).flatMap { windows[lane][$0].held(item.digest) }
    }

    /// Commits an anchor that a certificate commits: all that it reaches is delivered, and the same set gives the
    /// same H.
    mutating func commitCertified(_ name: VertexName) {
        guard epoch.positions.indices.contains(name.author), let position = epoch.positions[name.author],
            let node = graph.node(name.author, name.sequence), node.round > order.lastAnchor,
            let anchor = Anchor(round: node.round, in: graph), anchor.position == position
        else { return }
        commit(anchor)
    }

    /// Delivers the next vertex of a lane without readies.
    private mutating func deliverCertified(_ held: HeldVertex, _ lane: Int) -> Bool {
        let name = VertexName(author: lane, sequence: windows[lane].delivered + 1)
        guard held.vertex.sequence == name.sequence, graph.hasParents(of: held.vertex) else { return false }
        out.log.append(.vertex(held.frame))
        out.log.append(.delivered(name, held.digest))
        insert(held, lane)
        return true
    }
}
