internal import Shares

/// Who mined how much: in all and for each worker, up to a bound. A value without a clock.
struct WorkStatistics {
    /// What is known of a worker beside its work.
    private struct Worker {
        var account: UInt32?
        var accountName: String
        var name: String?
        var agent: String
        var totals = WorkTotals()
        var windows = WorkWindows()
        /// Seconds since the start: of its last login or share, and of its last share.
        var lastSeen: UInt64
        var lastShare: UInt64?
        /// How many workers had this place before.
        var generation: UInt16 = 0
    }

    private struct WorkerKey: Hashable {
        let account: UInt32
        let name: String
    }

    /// The most workers that are told apart.
    static let highestLimit = 65_535

    /// The number under which workers beyond the bound are counted together.
    static let others: UInt32 = 0

    /// After so many seconds of silence a worker's place may go to another one.
    private static let silence: UInt64 = 3_600

    /// How many places are looked at for one that is free again, at a login.
    private static let searchLength = 256

    private let limit: Int
    private var total = WorkTotals()
    private var totalWindows = WorkWindows()
    /// Place 0 is that of all others.
    private var workers: [Worker]
    private var places: [WorkerKey: Int] = [:]
    private var hand = 1
    /// Ticks that are over.
    private var ticks: UInt64 = 0
    /// Seconds since the start.
    private var now: UInt64 = 0

    /// Nothing yet.
    ///
    /// - Parameter maximumWorkers: how many workers are told apart, at most 65,535.
    init(maximumWorkers: Int) {
        limit = min(max(maximumWorkers, 0), Self.highestLimit)
        workers = [Worker(account: nil, accountName: "", name: nil, agent: "", lastSeen: 0)]
    }

    // MARK: Workers

    /// The number of a worker that logs in: for its shares and refusals from now on.
    mutating func number(account: UInt32, accountName: String, name: String, agent: String) -> UInt32 {
        let key = WorkerKey(account: account, name: name)
        if let place = places[key] {
            workers[place].lastSeen = now
            workers[place].accountName = accountName
            if !agent.isEmpty { workers[place].agent = agent }
            return number(of: place)
        }
        guard let place = freePlace() else { return Self.others }
        let worker = Worker(account: account, accountName: accountName, name: name, agent: agent, lastSeen: now)
        if place == workers.count {
            workers.append(worker)
        } else {
            let former = workers[place]
            if let account = former.account, let name = former.name {
                places[WorkerKey(account: account, name: name)] = nil
            }
            workers[place] = worker
            workers[place].generation = former.generation &+ 1
        }
        places[key] = place
        return number(of: place)
    }

    private func number(of place: Int) -> UInt32 {
        UInt32(workers[place].generation) << 16 | UInt32(truncatingIfNeeded: place)
    }

    /// The place of a worker's number; that of the others where the worker's went to another one.
    private func place(of number: UInt32) -> Int {
        let place = Int(number & 0xffff)
        return place < workers.count && number >> 16 == UInt32(workers[place].generation) ? place : 0
    }

    private mutating func freePlace() -> Int? {
        if workers.count <= limit { return workers.count }
        guard limit > 0 else { return nil }
        for _ in 0..<Self.searchLength {
            hand = hand >= limit ? 1 : hand + 1
            if workers[hand].lastSeen + Self.silence < now { return hand }
        }
        return nil
    }

    // MARK: Events

    /// A share of a worker was stored.
    mutating func store(level: UInt8, worker number: UInt32) {
        guard let work = ShareLevel(level)?.work else { return }
        let place = place(of: number)
        total.acceptedShares &+= 1
        total.work &+= work
        totalWindows.add(work)
        workers[place].totals.acceptedShares &+= 1
        workers[place].totals.work &+= work
        workers[place].windows.add(work)
        workers[place].lastSeen = now
        workers[place].lastShare = now
    }

    /// A share of a worker was refused.
    mutating func refuse(_ verdict: ShareVerdict, worker number: UInt32) {
        let index = Int(verdict.rawValue)
        total.refusals[index] &+= 1
        workers[place(of: number)].totals.refusals[index] &+= 1
    }

    /// Time has passed.
    ///
    /// - Parameter now: seconds since the start; never less than before.
    mutating func advance(to now: UInt64) {
        self.now = max(self.now, now)
        let target = self.now / WorkWindows.tick
        guard target > ticks else { return }
        // All rings are empty after an hour of ticks that nothing was added in.
        if target - ticks > 1_440 { ticks = target - 1_440 }
        while ticks < target {
            totalWindows.end(tick: ticks)
            for place in workers.indices { workers[place].windows.end(tick: ticks) }
            ticks += 1
        }
    }

    // MARK: Reading

    /// All workers together.
    var totals: WorkTotals {
        var totals = total
        totals.hashrate = totalWindows.hashrate(ticks: ticks)
        return totals
    }

    /// Every worker that logged in; the others are last, if there are any.
    var snapshots: [WorkerSnapshot] {
        let known = workers.dropFirst().map(snapshot)
        let rest = workers[0]
        let isUsed = rest.totals.acceptedShares > 0 || rest.totals.refusals.contains { $0 > 0 }
        return isUsed ? known + [snapshot(rest)] : known
    }

    private func snapshot(_ worker: Worker) -> WorkerSnapshot {
        var snapshot = WorkerSnapshot(
            account: worker.account, accountName: worker.accountName, name: worker.name, agent: worker.agent)
        snapshot.totals = worker.totals
        snapshot.totals.hashrate = worker.windows.hashrate(ticks: ticks)
        snapshot.lastShareAge = worker.lastShare.map { now - $0 }
        return snapshot
    }
}
