internal import Bitcoin
internal import Broadcast
internal import Wire

extension Simulation {
    func handle(_ event: Event) {
        switch event {
        case .arrival(let machine, let sender, let flight): arrive(machine, from: sender, flight)
        case .wake(let machine): wake(machine)
        case .synced(let machine, let incarnation, let count): synced(machine, incarnation, count)
        case .recalled(let machine, let incarnation, let names): recalled(machine, incarnation, names)
        case .ledger(let machine, let incarnation, let commit, let root):
            ledger(machine, incarnation, commit, root)
        case .crash(let machine, let point, let downtime): strike(machine, point, downtime: downtime)
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
        step(index, .received(from: sender, bytes: flight.bytes))
    }

    private func wake(_ index: Int) {
        guard machines[index].wakeTime == now else { return }
        machines[index].wakeTime = UInt64.max
        step(index, .wake)
        if machines[index].adversary == nil, let footprint = machines[index].footprint {
            watcher.held(machines[index].author, footprint, at: now)
        }
    }

    private func recalled(_ index: Int, _ incarnation: Int, _ names: [VertexName]) {
        guard machines[index].incarnation == incarnation else { return }
        step(index, .recalled(names.compactMap { machines[index].disk.vertex($0) }))
    }

    private func submit(_ index: Int) {
        guard now < plan.lastSubmission else { return }
        queue.push(
            .submission(machine: index), at: now + 1 + workload.below(2 * machines[index].plan.submissionInterval))
        let count = 1 + workload.index(3)
        let isControl = workload.happens(50_000)
        guard machines[index].isRunning else { return }
        step(index, .records(machines[index].nextRecords(count, isControl: isControl), isControl: isControl))
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

    private func restart(_ index: Int) {
        guard !machines[index].isRunning, !machines[index].isDead else { return }
        machines[index].incarnation += 1
        machines[index].recountRecords()
        var core = makeCore(index)
        let entries = machines[index].disk.entries
        let commits = core.restore(entries)
        machines[index].start(core)
        if machines[index].adversary == nil {
            watcher.restored(machines[index].author, commits, at: now)
        }
        reapplied(index, commits)
        step(index, .facts(facts(index)))
        step(index, .wake)
    }
}
