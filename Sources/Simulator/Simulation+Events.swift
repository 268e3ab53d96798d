internal import Bitcoin
internal import Broadcast
internal import Wire

extension Simulation {
    func handle(_ event: Event) {
        switch event {
        case .arrival(let machine, let sender, let flight): arrive(machine, from: sender, flight)
        case .wake(let machine): wake(machine)
        case .synced(let machine, let incarnation, let count): synced(machine, incarnation, count)
        case .recalled(let machine, let incarnation, let epoch, let names):
            recalled(machine, incarnation, epoch, names)
        case .ledger(let machine, let incarnation, let commit, let root):
            ledger(machine, incarnation, commit, root)
        case .crash(let machine, let point, let downtime): strike(machine, point, downtime: downtime)
        case .amnesia(let machine, let kept, let downtime): forget(machine, kept: kept, downtime: downtime)
        case .opened(let machine, let incarnation, let records):
            opened(machine, incarnation, records)
        case .close(let machine): mark(machine)
        case .restart(let machine): restart(machine)
        case .death(let machine):
            crash(machine)
            machines[machine].isDead = true
        case .submission(let machine): submit(machine)
        case .tip(let machine): showTip(machine)
        case .mischief(let machine): stir(machine)
        case .heal: heal()
        case .inspection: watcher.demandProgress()
        }
    }

    private func arrive(_ index: Int, from sender: Int, _ flight: Flight) {
        trace.add(UInt64(index) << 32 | UInt64(sender))
        trace.add(flight.mark)
        if !machines[index].isRunning || machines[index].peers >> UInt64(sender) & 1 == 0 { return }
        if let outgoing = machines[index].adversary?.hear(flight.bytes, at: now) {
            for frame in outgoing { transmit(frame.frame, from: index, to: frame.to) }
        }
        step(index, .received(from: key(of: sender), bytes: flight.bytes))
    }

    private func wake(_ index: Int) {
        guard machines[index].wakeTime == now else { return }
        machines[index].wakeTime = UInt64.max
        step(index, .wake)
        if machines[index].adversary == nil, let footprint = machines[index].footprint {
            watcher.held(machines[index].author, footprint, at: now)
        }
    }

    private func recalled(_ index: Int, _ incarnation: Int, _ epoch: UInt64, _ names: [VertexName]) {
        guard machines[index].incarnation == incarnation else { return }
        let frames = names.compactMap { machines[index].disk.vertex($0, epoch: epoch) }
        step(index, .recalled(epoch: epoch, frames: frames))
    }

    private func submit(_ index: Int) {
        guard now < plan.lastSubmission else { return }
        queue.push(
            .submission(machine: index), at: now + 1 + workload.below(2 * machines[index].plan.submissionInterval))
        let count = 1 + workload.index(3)
        let isControl = workload.happens(50_000)
        guard machines[index].isRunning else { return }
        let records = machines[index].nextRecords(count, isControl: isControl)
        if machines[index].epoch?.number == machines[index].journalEpoch {
            step(index, .records(records, isControl: isControl))
        } else {
            machines[index].waiting += records
        }
    }

    /// The journal goes over to an epoch that the core has opened.
    private func opened(_ index: Int, _ incarnation: Int, _ records: [[UInt8]]) {
        guard machines[index].isRunning, machines[index].incarnation == incarnation else { return }
        let all = records + machines[index].waiting
        machines[index].journalEpoch += 1
        if machines[index].epoch?.number == machines[index].journalEpoch {
            machines[index].waiting = []
            resubmit(index, all)
            mark(index)
        } else {
            machines[index].waiting = all
        }
    }

    private func showTip(_ index: Int) {
        queue.push(.tip(machine: index), at: now + workload.within(2_000_000...15_000_000))
        if machines[index].plan.seesReorganisations, workload.happens(400_000) {
            machines[index].height -= UInt32(workload.below(3))
        } else {
            machines[index].height += 1
        }
        machines[index].tips += 1
        step(index, .facts(facts(index)))
    }

    private func stir(_ index: Int) {
        guard let behaviour = machines[index].adversary?.behaviour else { return }
        let kinds = behaviour.kinds
        let isFlooding = !kinds.isDisjoint(with: [.floods, .votesForNothing])
        let pause = mischief.within(isFlooding ? behaviour.floodPause : 300_000...3_000_000)
        queue.push(.mischief(machine: index), at: now + pause)
        if kinds.contains(.twins), !isFlooding || mischief.happens(30_000) {
            machines[index].peers = mischief.coin() ? mischief.next() : UInt64.max
        }
        guard machines[index].isRunning,
            let outgoing = machines[index].adversary?.stir(delivered: machines[index].delivered, at: now)
        else { return }
        for frame in outgoing { transmit(frame.frame, from: index, to: frame.to) }
    }

    private func heal() {
        links.heal(at: now)
        for index in machines.indices {
            machines[index].armedCrash = nil
            if !machines[index].isRunning { restart(index) }
        }
    }

    private func facts(_ index: Int) -> ChainFacts? {
        let height = machines[index].height
        // Blocks of one height differ from each other where there are reorganisations.
        let tip =
            machines[index].plan.seesReorganisations
            ? TaggedHash("radpool/simulator/tip").hash([UInt8(truncatingIfNeeded: machines[index].tips)])
            : syndicate.epoch.id
        guard let value = Amount(satoshis: 312_500_000 + Int64(height % 1_000)) else { return nil }
        return ChainFacts(
            height: height, tip: tip, compactTarget: CompactTarget(rawValue: 0x1702_0000), value: value,
            feeRate: 1_000 + UInt32(index))
    }

    // MARK: Power

    private func strike(_ index: Int, _ point: CrashPoint, downtime: UInt64) {
        guard machines[index].isRunning else { return }
        if point == .now {
            crash(index)
            queue.push(.restart(machine: index), at: now + downtime)
        } else {
            machines[index].armedCrash = (point, downtime)
        }
    }

    func crash(_ index: Int) {
        let unsynced = machines[index].disk.entries.count - machines[index].disk.durableCount
        let before = machines[index].disk.durableCount
        machines[index].disk.crash(kept: disks.index(unsynced + 1))
        machines[index].lostEntries += before + unsynced - machines[index].disk.entries.count
        if machines[index].adversary == nil {
            watcher.durable(machines[index].author, machines[index].disk.entries[before...], at: now)
        }
        machines[index].stop()
        machines[index].held = []
        machines[index].isSyncing = false
        machines[index].armedCrash = nil
        machines[index].wakeTime = UInt64.max
    }

    /// The power goes, and somebody puts back an old copy.
    private func forget(_ index: Int, kept: UInt64, downtime: UInt64) {
        guard !machines[index].isDead else { return }
        if machines[index].isRunning { crash(index) }
        let count = machines[index].disk.entries.count
        machines[index].disk.forget(from: Int(UInt64(count) * kept / 1_000_000))
        machines[index].chain = []
        machines[index].certificates = []
        machines[index].amnesias += 1
        if machines[index].adversary == nil { watcher.forgot(index, machines[index].disk.entries) }
        queue.push(.restart(machine: index), at: now + downtime)
    }

    private func restart(_ index: Int) {
        guard !machines[index].isRunning, !machines[index].isDead else { return }
        machines[index].incarnation += 1
        machines[index].recountRecords()
        var succession = makeSuccession(index)
        let start = machines[index].nonce << 32 | UInt64(machines[index].incarnation)
        let commits = succession.restore(machines[index].disk.entries, start: start)
        let newest = succession.newest.configuration
        machines[index].start(succession)
        if machines[index].adversary == nil {
            watcher.restored(machines[index].author, commits, at: now)
        }
        reapplied(index, commits)
        machines[index].adversary?.enter(Epoch(newest))
        machines[index].journalEpoch = newest.number
        machines[index].waiting = []
        let unordered = machines[index].unorderedRecords(commits, newest: newest.number)
        resubmit(index, unordered)
        step(index, .facts(facts(index)))
        step(index, .wake)
        mark(index)
    }

    /// What an epoch left over goes into the next one.
    func resubmit(_ index: Int, _ records: [[UInt8]]) {
        let shares = records.compactMap { FakeShare($0) }.sorted { $0.number < $1.number }
        for isControl in [true, false] {
            let some = shares.filter { $0.isControl == isControl }.map(\.bytes)
            if !some.isEmpty { step(index, .records(some, isControl: isControl)) }
        }
    }

    /// Says that the machine's epoch may end, if it is time.
    func mark(_ index: Int) {
        guard let epoch = machines[index].epoch, epoch.number < UInt64(plan.closes.count) else { return }
        let close = plan.closes[Int(epoch.number)]
        let author = machines[index].author
        guard now >= close.time, close.refusers >> UInt64(author) & 1 == 0, epoch.authors[author].isVoter else {
            return
        }
        let isLiar = close.liars >> UInt64(author) & 1 == 1
        let authors = epoch.authors.enumerated().map { position, one in
            let isVoter = isLiar ? position == author : close.voters >> UInt64(position) & 1 == 1
            return EpochConfiguration.Author(key: one.key, isVoter: isVoter)
        }
        guard let mark = try? CloseMark(epoch: epoch.epochID, authors: authors, bounds: epoch.bounds) else { return }
        step(index, .records([mark.encoded()], isControl: true))
    }
}
