internal import Broadcast
internal import Wire

/// Draws a plan from a seed. Every seed has its own mix: a fault that is always there hides what happens without it.
struct FaultDrawing {
    private var random: SplitMix64
    private let syndicate: Syndicate
    private let voters: [Int]
    private let observers: [Int]
    private var plan: FaultPlan

    init(_ syndicate: Syndicate, seconds: UInt64, random: SplitMix64) {
        self.random = random
        self.syndicate = syndicate
        let authors = syndicate.configuration.authors
        voters = authors.indices.filter { authors[$0].isVoter }
        observers = authors.indices.filter { !authors[$0].isVoter }
        plan = .calm(authors: authors.count, seconds: seconds)
    }

    /// A plan with so many byzantine voters; up to f voters are faulty to the end.
    mutating func draw(byzantine: Int) -> FaultPlan {
        drawLinks()
        drawMachines()
        drawMembers(byzantine: byzantine)
        if random.coin() { drawCuts() }
        if random.coin() { drawCrashes() }
        if random.happens(300_000) { drawCloses() }
        plan.settings.minimumRound = [100, 250, 500, 1_000][random.index(4)]
        plan.settings.retainedVertices = [4, 32, 512][random.index(3)]
        return plan
    }

    private mutating func drawLinks() {
        let delay = random.within(1...100) * 1_000
        let jitter = random.within(1...50) * 1_000
        let tail: UInt64 = random.coin() ? random.within(1...100) * 1_000 : 0
        let loss: UInt64 = random.coin() ? [1_000, 10_000, 50_000, 200_000][random.index(4)] : 0
        let duplication: UInt64 = random.coin() ? random.within(1...100) * 1_000 : 0
        for index in plan.links.indices {
            plan.links[index].delay = delay / 2 + random.below(delay)
            plan.links[index].jitter = random.below(jitter) + 1
            plan.links[index].tail = tail
            plan.links[index].loss = random.below(loss + 1)
            plan.links[index].duplication = duplication
        }
    }

    private mutating func drawMachines() {
        let base = random.within(20...400) * 1_000
        for author in plan.machines.indices {
            let slowest: UInt64 = random.happens(100_000) ? 500_000 : random.within(1...20) * 1_000
            plan.machines[author].syncDelay = (slowest / 20)...slowest
            plan.machines[author].clockLead = random.coin() ? 0 : random.below(7_200_000_000)
            if random.happens(100_000) {
                plan.machines[author].clockJump = (random.below(plan.healTime), random.below(3_600_000_000))
            }
            plan.machines[author].submissionInterval = base / 2 + random.below(base * 4)
        }
    }

    private mutating func drawMembers(byzantine: Int) {
        var pool = voters
        for _ in 0..<min(byzantine, voters.count) {
            let author = pool.remove(at: random.index(pool.count))
            plan.behaviours[author] = .drawn(&random, from: 0, before: plan.healTime)
        }
        for author in observers where random.happens(250_000) {
            plan.behaviours[author] = .drawn(&random, from: 0, before: plan.healTime)
        }
        let spare = max(0, (voters.count - 1) / 3 - byzantine)
        for _ in 0..<random.index(spare + 1) {
            let author = pool.remove(at: random.index(pool.count))
            if random.coin() {
                plan.amnesias.append(
                    .init(
                        author: author, time: random.below(plan.healTime), downtime: random.within(1_000...8_000_000),
                        kept: random.happens(250_000) ? 0 : random.below(900_000)))
            } else {
                plan.deaths.append(.init(author: author, time: random.below(plan.healTime)))
            }
        }
    }

    /// One or two ends of epochs. Authors that did not vote may do so afterwards, and voters may stop: as many as
    /// leave the faulty ones within f.
    private mutating func drawCloses() {
        var current = voters
        for _ in 0...random.below(2) {
            var close = FaultPlan.Close(time: random.below(plan.healTime), voters: 0)
            let faulty = current.filter { isUnreliable($0) }
            close.refusers = UInt64.mask(faulty.filter { _ in random.coin() })
            close.liars = UInt64.mask(faulty.filter { _ in random.coin() })
            var next = current
            if let newcomer = observers.first(where: { !next.contains($0) && !isUnreliable($0) }), random.coin() {
                next.append(newcomer)
            }
            if let leaver = current.first(where: { !isUnreliable($0) }), next.count > 4, random.coin() {
                let rest = next.filter { $0 != leaver }
                if rest.count(where: { isUnreliable($0) }) <= (rest.count - 1) / 3 { next = rest }
            }
            close.voters = UInt64.mask(next)
            plan.closes.append(close)
            current = next
        }
    }

    private func isUnreliable(_ author: Int) -> Bool {
        plan.isFaulty(author) || plan.amnesias.contains { $0.author == author }
    }

    private mutating func drawCuts() {
        let all = (UInt64(1) << UInt64(syndicate.authorCount)) - 1
        for _ in 0...random.below(4) {
            let start = random.below(plan.healTime)
            let end = min(plan.healTime, start + random.within(500_000...10_000_000))
            let some = random.next() & all
            let one = UInt64(1) << random.below(UInt64(syndicate.authorCount))
            switch random.below(4) {
            case 0:
                plan.cuts.append(Cut(start: start, end: end, from: some, to: all & ~some))
                plan.cuts.append(Cut(start: start, end: end, from: all & ~some, to: some))
            case 1: plan.cuts.append(Cut(start: start, end: end, from: all, to: one))
            case 2: plan.cuts.append(Cut(start: start, end: end, from: one, to: all))
            default: plan.cuts.append(Cut(start: start, end: end, from: some, to: one))
            }
        }
    }

    private mutating func drawCrashes() {
        let correct = plan.behaviours.indices.filter { plan.behaviours[$0] == nil }
        guard !correct.isEmpty else { return }
        for _ in 0...random.below(8) {
            plan.crashes.append(
                .init(
                    author: correct[random.index(correct.count)], time: random.below(plan.healTime),
                    point: CrashPoint(rawValue: random.below(3)) ?? .now,
                    downtime: random.coin() ? random.within(1_000...100_000) : random.within(100_000...8_000_000)))
        }
        if random.happens(100_000) {
            let time = random.below(plan.healTime)
            for author in correct {
                plan.crashes.append(.init(author: author, time: time, downtime: random.within(1_000...3_000_000)))
            }
        }
    }
}

extension UInt64 {
    /// Members, a bit each.
    static func mask(_ members: [Int]) -> UInt64 {
        members.reduce(0) { $0 | 1 << UInt64($1) }
    }
}
