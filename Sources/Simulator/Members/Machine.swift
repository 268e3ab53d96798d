internal import Broadcast
internal import Wire

/// A process with its disk: one member, or one of the two halves of a twin.
final class Machine {
    let author: Int
    let nonce: UInt64
    let plan: FaultPlan.Machine
    /// One core, none while the machine is down: an array's element is looked at in its place, where looking into an
    /// optional copies all of it, thousands of times a run.
    private var cores: [BroadcastCore] = []
    var disk: Disk
    var adversary: Adversary?
    /// Authors that it hears and speaks to, a bit each.
    var peers = UInt64.max
    var isDead = false
    /// Counts its starts.
    var incarnation = 0
    var isSyncing = false
    /// What leaves when so many entries are durable.
    var held: [(barrier: Int, effect: Effect)] = []
    /// When it wakes, virtual microseconds; `.max` for never.
    var wakeTime = UInt64.max
    /// A crash that waits for the next write.
    var armedCrash: (point: CrashPoint, downtime: UInt64)?
    /// The number of the next ordinary record.
    var nextNumber: UInt64 = 0
    /// The number of the next control record.
    var nextControl: UInt64 = 0
    var height: UInt32 = 800_000
    /// How often its node's tip has changed.
    var tips = 0
    /// The commits so far, from the first, as a peer is told them.
    var chain: [[CommitsFrame.Entry]] = []
    /// Certified checkpoints, ascending.
    var certificates: [CheckpointCertificate] = []
    var alarms: [Alarm] = []
    var quarantined = 0
    /// How many log entries crashes have taken.
    var lostEntries = 0

    init(author: Int, nonce: UInt64, plan: FaultPlan.Machine, authorCount: Int) {
        self.author = author
        self.nonce = nonce
        self.plan = plan
        disk = Disk(authorCount: authorCount)
    }

    /// Whether the machine has power.
    var isRunning: Bool { !cores.isEmpty }

    /// A copy of the core; nil while the machine is down.
    var core: BroadcastCore? { cores.first }

    var delivered: [UInt64] { cores.isEmpty ? [] : cores[0].deliveredSequences }

    var footprint: BroadcastFootprint? { cores.isEmpty ? nil : cores[0].footprint }

    func start(_ core: BroadcastCore) {
        cores = [core]
    }

    func stop() {
        cores = []
    }

    /// What the core does with an input, and when it wants to be woken on the machine's clock.
    func step(_ input: Input, at time: UInt64) -> (effects: [Effect], wakeTime: UInt64)? {
        guard isRunning else { return nil }
        let effects = cores[0].step(input, now: clock(at: time))
        return (effects, cores[0].wakeTime)
    }

    /// What the machine's clock shows, in milliseconds.
    func clock(at time: UInt64) -> UInt64 {
        UInt64(max(0, Int64(clamping: time) + lead(at: time))) / 1_000
    }

    /// When the machine's clock shows so many milliseconds, at least a moment after now.
    func moment(ofClock clock: UInt64, now: UInt64) -> UInt64 {
        let (micros, overflow) = clock.multipliedReportingOverflow(by: 1_000)
        guard !overflow, micros < UInt64(Int64.max) else { return UInt64.max }
        return max(UInt64(max(0, Int64(micros) - lead(at: now))), now + 1_000)
    }

    private func lead(at time: UInt64) -> Int64 {
        var lead = Int64(clamping: plan.clockLead)
        if let jump = plan.clockJump, time >= jump.time { lead += Int64(clamping: jump.by) }
        if let setback = plan.clockSetback, time >= setback.time { lead -= Int64(clamping: setback.by) }
        return lead
    }

    /// Numbers go on after those of the own vertices in the log; what was not in the log was never acknowledged.
    func recountRecords() {
        nextNumber = 0
        nextControl = 0
        for case .vertex(let frame) in disk.entries where Int(frame.vertex.author) == author {
            for share in frame.vertex.records.compactMap({ FakeShare($0) }) {
                if share.isControl {
                    nextControl = max(nextControl, share.number + 1)
                } else {
                    nextNumber = max(nextNumber, share.number + 1)
                }
            }
        }
    }

    func nextRecords(_ count: Int, isControl: Bool) -> [[UInt8]] {
        let first = isControl ? nextControl : nextNumber
        if isControl { nextControl += UInt64(count) } else { nextNumber += UInt64(count) }
        let mark = nonce << 16 | UInt64(incarnation)
        return (0..<UInt64(count)).map {
            FakeShare(isControl: isControl, author: author, number: first + $0, nonce: mark).bytes
        }
    }
}
