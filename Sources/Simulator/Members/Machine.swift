internal import Broadcast
internal import Wire

/// A running core, which is used in its place: reading a property of it otherwise copies all of it first, tens of
/// thousands of times a run.
private final class Process {
    private var core: BroadcastCore

    init(_ core: BroadcastCore) {
        self.core = core
    }

    func use<Value>(_ body: (inout BroadcastCore) -> Value) -> Value {
        body(&core)
    }
}

/// A process with its disk: one member, or one of the two halves of a twin.
final class Machine {
    let author: Int
    let nonce: UInt64
    let plan: FaultPlan.Machine
    /// What runs while the machine has power.
    private var process: Process?
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
    /// The commits so far, from the first, as a peer is told them.
    var chain: [[CommitsFrame.Entry]] = []
    /// Certified checkpoints, ascending.
    var certificates: [CheckpointCertificate] = []
    var alarms: [Alarm] = []
    var quarantined = 0

    init(author: Int, nonce: UInt64, plan: FaultPlan.Machine, authorCount: Int) {
        self.author = author
        self.nonce = nonce
        self.plan = plan
        disk = Disk(authorCount: authorCount)
    }

    /// Whether the machine has power.
    var isRunning: Bool { process != nil }

    /// A copy of the core; nil while the machine is down.
    var core: BroadcastCore? { process?.use { $0 } }

    var delivered: [UInt64] { process?.use { $0.deliveredSequences } ?? [] }

    var footprint: BroadcastFootprint? { process?.use { $0.footprint } }

    func start(_ core: BroadcastCore) {
        process = Process(core)
    }

    func stop() {
        process = nil
    }

    /// What the core does with an input, and when it wants to be woken on the machine's clock.
    func step(_ input: Input, at time: UInt64) -> (effects: [Effect], wakeTime: UInt64)? {
        let clock = clock(at: time)
        return process?.use { core in
            let effects = core.step(input, now: clock)
            return (effects, core.wakeTime)
        }
    }

    /// What the machine's clock shows, in milliseconds.
    func clock(at time: UInt64) -> UInt64 {
        (time + lead(at: time)) / 1_000
    }

    /// When the machine's clock shows so many milliseconds, at least a moment after now.
    func moment(ofClock clock: UInt64, now: UInt64) -> UInt64 {
        let (micros, overflow) = clock.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return UInt64.max }
        let lead = lead(at: now)
        return max(micros > lead ? micros - lead : 0, now + 1_000)
    }

    private func lead(at time: UInt64) -> UInt64 {
        guard let jump = plan.clockJump, time >= jump.time else { return plan.clockLead }
        return plan.clockLead + jump.by
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
