internal import Bitcoin
internal import Broadcast
internal import Wire

extension Simulation {
    /// Lets a machine take an input, does what it says and sets its alarm clock.
    func step(_ index: Int, _ input: Succession.Input) {
        guard let (effects, wanted) = machines[index].step(input, at: now) else { return }
        for effect in effects { take(effect, index) }
        let moment = machines[index].moment(ofClock: wanted, now: now)
        if moment < machines[index].wakeTime {
            machines[index].wakeTime = moment
            queue.push(.wake(machine: index), at: moment)
        }
    }

    /// Nothing that stands after a write leaves before the write is durable, but for questions and what is served from
    /// the durable part of the log.
    private func take(_ effect: Succession.EpochEffect, _ index: Int) {
        switch effect.effect {
        case .persist(let entries):
            machines[index].disk.append(entries.map { Succession.EpochEntry(epoch: effect.epoch, entry: $0) })
            startSync(index)
        case .ask, .serveReadies, .serveVertex, .serveCommits:
            perform(effect, index)
        case .send, .commit, .closed, .certify, .recall, .quarantine, .alarm:
            if case .closed(let next, _) = effect.effect, machines[index].adversary == nil { watcher.prepare(next) }
            let written = machines[index].disk.entries.count
            if machines[index].disk.durableCount < written {
                machines[index].held.append((written, effect))
            } else {
                perform(effect, index)
            }
        }
    }

    private func startSync(_ index: Int) {
        let machine = machines[index]
        guard !machine.isSyncing, machine.disk.durableCount < machine.disk.entries.count else { return }
        machines[index].isSyncing = true
        if let full = machine.plan.diskFullTime, now >= full { return }
        let end = now + disks.within(machine.plan.syncDelay)
        let event = Event.synced(
            machine: index, incarnation: machine.incarnation, count: machine.disk.entries.count)
        queue.push(event, at: end)
    }

    func synced(_ index: Int, _ incarnation: Int, _ count: Int) {
        guard machines[index].isRunning, machines[index].incarnation == incarnation else { return }
        let before = machines[index].disk.durableCount
        machines[index].disk.sync(count: count)
        if machines[index].adversary == nil {
            watcher.durable(machines[index].author, machines[index].disk.entries[before..<count], at: now)
        }
        machines[index].isSyncing = false
        var free = machines[index].held.prefix { $0.barrier <= count }.map(\.effect)
        machines[index].held.removeFirst(free.count)
        if let (point, downtime) = machines[index].armedCrash {
            free = point == .afterSync ? [] : Array(free.prefix(disks.index(free.count + 1)))
            for effect in free { perform(effect, index) }
            crash(index)
            queue.push(.restart(machine: index), at: now + downtime)
            return
        }
        for effect in free { perform(effect, index) }
        startSync(index)
    }

    private func perform(_ tagged: Succession.EpochEffect, _ index: Int) {
        let epoch = tagged.epoch
        switch tagged.effect {
        case .persist: break
        case .send(let receiver, let frame), .ask(let receiver, let frame): send(frame, from: index, to: receiver)
        case .commit(let commit):
            if machines[index].adversary == nil {
                watcher.committed(machines[index].author, commit, epoch: Int(epoch), at: now)
            }
            applied(index, commit)
        case .closed(let next, let unordered): ended(index, next, unordered)
        case .certify(let certificate): machines[index].certificates.append(certificate)
        case .serveCommits(let receiver, let commit): serveCommits(index, receiver, after: commit)
        case .serveReadies(let receiver, let author, let sequences):
            serveReadies(index, receiver, epoch, author, sequences)
        case .serveVertex(let receiver, let item):
            let name = VertexName(author: Int(item.author), sequence: item.sequence)
            guard let vertex = machines[index].disk.durableVertex(name, epoch: epoch, digest: item.digest) else {
                return
            }
            send(vertex.encoded(), from: index, to: receiver)
        case .recall(let names):
            let event = Event.recalled(
                machine: index, incarnation: machines[index].incarnation, epoch: epoch, names: names)
            queue.push(event, at: now + disks.within(100...10_000))
        case .quarantine(let records):
            machines[index].quarantined += records.count
            if machines[index].adversary == nil { watcher.quarantined(machines[index].author, records, at: now) }
        case .alarm(let alarm):
            machines[index].alarms.append(alarm)
        }
    }

    /// A member has ended an epoch and has opened the next.
    private func ended(_ index: Int, _ next: EpochConfiguration, _ unordered: [[UInt8]]) {
        let epoch = Epoch(next)
        if machines[index].adversary == nil { watcher.ended(machines[index].author, with: next, at: now) }
        if next.number == UInt64(epochs.count) { epochs.append(epoch) }
        machines[index].adversary?.enter(epoch)
        settle(index, next.firstCommit, root: next.start)
        let event = Event.opened(machine: index, incarnation: machines[index].incarnation, records: unordered)
        queue.push(event, at: now)
    }

    private func serveReadies(
        _ index: Int, _ receiver: Int, _ epoch: UInt64, _ author: Int, _ sequences: ClosedRange<UInt64>
    ) {
        let votes = sequences.prefix(VotesFrame.maximumCount).compactMap { sequence in
            machines[index].disk.durableDelivery(VertexName(author: author, sequence: sequence), epoch: epoch).map {
                digest in
                Vote(
                    kind: .ready, author: UInt16(truncatingIfNeeded: author), sequence: sequence, digest: digest)
            }
        }
        guard !votes.isEmpty else { return }
        guard epoch < UInt64(epochs.count) else { return }
        send(VotesFrame(epoch: epochs[Int(epoch)].id, votes: votes).encoded(), from: index, to: receiver)
    }

    func send(_ frame: [UInt8], from index: Int, to receiver: Int?) {
        let author = machines[index].author
        guard machines[index].adversary != nil else {
            watcher.sent(author, frame, at: now)
            observer?(author, frame, receiver)
            transmit(frame, from: index, to: receiver.map { 1 << UInt64($0) } ?? UInt64.max)
            return
        }
        let outgoing = machines[index].adversary?.rewrite(frame, to: receiver, at: now, machines[index].disk) ?? []
        for part in outgoing { transmit(part.frame, from: index, to: part.to) }
        guard let split = machines[index].adversary?.takeSplit() else { return }
        for other in machines.indices where machines[other].isRunning {
            let votes = machines[other].adversary?.collude(split) ?? []
            for part in votes { transmit(part.frame, from: other, to: part.to) }
        }
    }

    /// Puts a frame on the way to every author of a set but the sender.
    func transmit(_ frame: [UInt8], from index: Int, to receivers: UInt64) {
        let author = machines[index].author
        let mask = receivers & machines[index].peers
        let flight = Flight(frame)
        for receiver in 0..<syndicate.authorCount where receiver != author && mask >> UInt64(receiver) & 1 == 1 {
            messages += 1
            bytes += frame.count
            for machine in homes[receiver] {
                let (first, second) = links.arrivals(from: author, to: receiver, at: now)
                if let first { queue.push(.arrival(machine: machine, from: author, flight: flight), at: first) }
                if let second { queue.push(.arrival(machine: machine, from: author, flight: flight), at: second) }
            }
        }
    }
}
