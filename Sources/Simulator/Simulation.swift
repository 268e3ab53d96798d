internal import Bitcoin
package import Broadcast
internal import Wire

/// One run: a syndicate of broadcast cores under a virtual clock, network and disk. The same seed and options give
/// the same run on every machine.
public final class Simulation {
    /// Microseconds since the start of the run.
    package internal(set) var now: UInt64 = 0
    let syndicate: Syndicate
    let plan: FaultPlan
    let rules: Rules
    let command: String
    var queue = EventQueue()
    var links: Links
    var trace = TraceHash()
    var watcher: Watcher
    /// The epochs that a member has opened, in their order.
    var epochs: [Epoch]
    /// One for each author, in their order, then the second halves of twins.
    var machines: [Machine] = []
    /// By author: its machines.
    var homes: [[Int]]
    var disks: SplitMix64
    var workload: SplitMix64
    var mischief: SplitMix64
    var messages = 0
    var bytes = 0
    /// Is shown every frame that a correct member sends: by whom, what, and to whom, where nil is all.
    package var observer: ((_ sender: Int, _ frame: [UInt8], _ receiver: Int?) -> Void)?

    /// A run whose faults are drawn from the seed.
    ///
    /// - Throws: `SimulationError` for options that make no syndicate.
    public convenience init(seed: UInt64, options: SimulationOptions) throws(SimulationError) {
        var random = SplitMix64(seed: seed)
        let drawn = (1..<10).contains(options.nodes) && random.happens(200_000) ? 1 : 0
        let observers = options.observers ?? drawn
        let syndicate: Syndicate
        do {
            syndicate = try Syndicate(voters: options.nodes, observers: observers)
        } catch {
            throw SimulationError.noSyndicate
        }
        var drawing = FaultDrawing(syndicate, seconds: options.seconds, random: random.branch())
        self.init(
            syndicate: syndicate, plan: drawing.draw(byzantine: options.byzantine), rules: options.rules,
            random: random, command: options.command(seed: seed))
    }

    /// A run of a plan.
    package init(
        syndicate: Syndicate, plan: FaultPlan, rules: Rules = .product, random: SplitMix64, command: String
    ) {
        var random = random
        self.syndicate = syndicate
        self.plan = plan
        self.rules = rules
        epochs = [syndicate.epoch]
        self.command = command
        links = Links(
            qualities: plan.links, count: syndicate.authorCount, cuts: plan.cuts, random: random.branch())
        disks = random.branch()
        workload = random.branch()
        mischief = random.branch()
        watcher = Watcher(syndicate.configuration, isCorrect: plan.behaviours.map { $0 == nil })
        homes = (0..<syndicate.authorCount).map { [$0] }
        for author in 0..<syndicate.authorCount { addMachine(author) }
        for author in plan.behaviours.indices where plan.behaviours[author]?.kinds.contains(.twins) == true {
            homes[author].append(machines.count)
            addMachine(author)
        }
        schedule()
    }

    private func addMachine(_ author: Int) {
        let machine = Machine(
            author: author, nonce: UInt64(machines.count), plan: plan.machines[author],
            authorCount: syndicate.authorCount)
        if let behaviour = plan.behaviours[author] {
            machine.adversary = Adversary(behaviour, author: author, syndicate: syndicate, random: mischief.branch())
            if behaviour.kinds.contains(.twins) { machine.peers = mischief.next() }
        }
        machines.append(machine)
    }

    private func schedule() {
        for index in machines.indices {
            queue.push(.restart(machine: index), at: workload.below(100_000))
            queue.push(.submission(machine: index), at: workload.below(1_000_000))
            queue.push(.tip(machine: index), at: workload.below(2_000_000))
            if let kinds = machines[index].adversary?.behaviour.kinds,
                !kinds.isDisjoint(with: [.floods, .twins, .votesForNothing])
            {
                queue.push(.mischief(machine: index), at: mischief.below(100_000))
            }
        }
        for crash in plan.crashes {
            let event = Event.crash(machine: crash.author, point: crash.point, downtime: crash.downtime)
            queue.push(event, at: crash.time)
        }
        for amnesia in plan.amnesias {
            let event = Event.amnesia(machine: amnesia.author, kept: amnesia.kept, downtime: amnesia.downtime)
            queue.push(event, at: amnesia.time)
        }
        for close in plan.closes {
            for index in machines.indices { queue.push(.close(machine: index), at: close.time + 1_000 * UInt64(index)) }
        }
        for death in plan.deaths { queue.push(.death(machine: death.author), at: death.time) }
        queue.push(.heal, at: plan.healTime)
        queue.push(.inspection, at: plan.healTime + (plan.duration - plan.healTime) / 3)
    }

    /// Runs to the end.
    ///
    /// Where the anchors' waits are long, what was demanded may need longer than the plan's duration: it gets as much
    /// time again. What stands still stays undone.
    public func run() -> SimulationReport {
        run(until: plan.duration)
        let step = max(plan.duration / 12, 1)
        while plan.demandsProgress, now < 2 * plan.duration, !watcher.isDone(live: live) {
            run(until: now + step)
        }
        finish()
        return report
    }

    /// The members that are asked to get on.
    private var live: [Int] {
        plan.behaviours.indices.filter { !plan.isFaulty($0) }
    }

    /// Runs up to a moment of virtual time, microseconds.
    package func run(until end: UInt64) {
        while let next = queue.nextTime, next <= end, let (time, event) = queue.pop() {
            now = time
            trace.add(time)
            handle(event)
        }
        now = max(now, end)
    }

    /// The checks that look at the whole run.
    package func finish() {
        let live = live
        watcher.finish(live: live, at: now, demandsProgress: plan.demandsProgress)
        guard !live.isEmpty else { return }
        let member = live[disks.index(live.count)]
        if let core = machines[member].core {
            var copy = makeSuccession(member)
            let commits = copy.restore(machines[member].disk.entries, start: nil)
            watcher.replayed(member, commits, core: core, at: now)
        }
    }

    /// What the run has come to so far.
    package var report: SimulationReport {
        SimulationReport(
            command: command, violations: watcher.violations, commits: watcher.commitCount,
            records: watcher.records.acknowledgedCount, messages: messages, bytes: bytes, traceHash: trace.value)
    }

    /// The core of a member's newest epoch; nil while it is down.
    package func core(of author: Int) -> BroadcastCore? {
        machines[author].core
    }

    /// What a member alarmed its operator about.
    package func alarms(of author: Int) -> [Alarm] {
        machines[author].alarms
    }

    /// The commits that a member announced.
    package func commitCount(of author: Int) -> UInt64 {
        watcher.number(of: author)
    }

    /// Whether a correct member has announced a commit that proves an author's equivocation.
    package func hasProof(against author: Int, at member: Int) -> Bool {
        watcher.isProven(author, at: member)
    }

    func makeSuccession(_ index: Int) -> Succession {
        let author = machines[index].author
        let key = syndicate.configuration.authors[author].key
        var member = Succession.Member(
            key: key, signer: FakeSigner(key: key), checker: FakeChecker(), settings: plan.settings
        ) { FakeGate($0.configuration, epoch: $0.id) }
        member.rules = machines[index].adversary == nil ? rules : .product
        guard let succession = Succession(syndicate.configuration, member) else {
            preconditionFailure("every machine is of an author")
        }
        return succession
    }

    /// Everything that an author has its lane under.
    func key(of author: Int) -> XOnlyKeyBytes {
        syndicate.configuration.authors[author].key
    }
}

/// Why a simulation cannot be.
public enum SimulationError: Error, Sendable {
    /// So many members make no epoch.
    case noSyndicate
}
