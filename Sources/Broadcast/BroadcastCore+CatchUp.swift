internal import Bitcoin
internal import Wire

/// Catching up with what is certified, from one peer that need not be trusted.
extension BroadcastCore {
    /// Asks a peer that is far ahead.
    mutating func startCatchUp(with peer: Int, certified: UInt64) {
        guard case .idle = catchUp, certified > order.number, certified - order.number > CatchUp.distance,
            now >= peers[peer].catchUpPause
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
        guard let items = certifiedVertices(of: frame) else {
            counters.badFrames += 1
            giveUpCatchUp()
            return
        }
        catchUp = .fetching(CatchUp.Fetch(peer: peer, items: items, deadline: now + CatchUp.patience))
        fetchOn()
    }

    /// The vertices that a frame lists, named and in the log's order; nil unless all of them are certified.
    private func certifiedVertices(of frame: CommitsFrame) -> [PullFrame.Item]? {
        let checkpoint = frame.certificate.checkpoint
        guard checkpoint.epoch == epoch.id, checkpoint.commit > order.number,
            checkpoint.commit - order.number == UInt64(frame.commits.count),
            epoch.isValid(frame.certificate, checker: checker)
        else { return nil }
        var hash = order.hash
        var number = order.number
        var committed = graph.lanes.map(\.committed)
        var items: [PullFrame.Item] = []
        for entries in frame.commits {
            for entry in entries {
                guard Int(entry.author) < committed.count else { return nil }
                committed[Int(entry.author)] += 1
                items.append(
                    PullFrame.Item(
                        author: entry.author, sequence: committed[Int(entry.author)], digest: entry.digest))
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
            let lane = Int(front.item.author)
            if windows[lane].delivered < front.item.sequence {
                guard let held = front.held ?? self.held(front.item) else { break }
                guard deliverCertified(held, lane) else {
                    giveUpCatchUp()
                    return
                }
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
