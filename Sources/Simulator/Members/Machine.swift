internal import Bitcoin
internal import Broadcast
internal import Wire

/// A running member, which is used in its place: reading a property of it otherwise copies all of it first, tens of
/// thousands of times a run.
private final class Process {
    private var succession: Succession

    init(_ succession: Succession) {
        self.succession = succession
    }

    func use<Value>(_ body: (inout Succession) -> Value) -> Value {
        body(&succession)
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
    var held: [(barrier: Int, effect: Succession.EpochEffect)] = []
    /// When it wakes, virtual microseconds; `.max` for never.
    var wakeTime = UInt64.max
    /// A crash that waits for the next write.
    var armedCrash: (point: CrashPoint, downtime: UInt64)?
    /// The number of the next ordinary record.
    var nextNumber: UInt64 = 0
    /// The number of the next control record.
    var nextControl: UInt64 = 0
    /// The number of the epoch that its journal writes to. The core may be one ahead.
    var journalEpoch: UInt64 = 0
    /// Records that came in while it was.
    var waiting: [[UInt8]] = []
    /// How often its log was replaced by an old copy.
    var amnesias: UInt64 = 0
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
    var isRunning: Bool { process != nil }

    /// A copy of the newest epoch's core; nil while the machine is down.
    var core: BroadcastCore? { process?.use { $0.newest } }

    /// The newest epoch; nil while the machine is down.
    var epoch: EpochConfiguration? { process?.use { $0.newest.configuration } }

    var delivered: [UInt64] { process?.use { $0.newest.deliveredSequences } ?? [] }

    var footprint: BroadcastFootprint? { process?.use { $0.footprint } }

    func start(_ succession: Succession) {
        process = Process(succession)
    }

    func stop() {
        process = nil
    }

    /// What the member does with an input, and when it wants to be woken on the machine's clock.
    func step(
        _ input: Succession.Input, at time: UInt64
    ) -> (effects: [Succession.EpochEffect], wakeTime: UInt64)? {
        let clock = clock(at: time)
        return process?.use { succession in
            let effects = succession.step(input, now: clock)
            return (effects, succession.wakeTime)
        }
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
    ///
    /// What was acknowledged and forgotten has numbers too: with an old log they begin far above.
    func recountRecords() {
        nextNumber = amnesias * 4_096
        nextControl = nextNumber
        for (_, record) in ownRecords {
            if let share = FakeShare(record) {
                if share.isControl {
                    nextControl = max(nextControl, share.number + 1)
                } else {
                    nextNumber = max(nextNumber, share.number + 1)
                }
            }
        }
    }

    /// The records of the own vertices in the log, with their epochs, each vertex once.
    private var ownRecords: [(epoch: UInt64, record: [UInt8])] {
        var seen: [UInt64: UInt64] = [:]
        var all: [(epoch: UInt64, record: [UInt8])] = []
        for entry in disk.entries {
            guard case .vertex(let frame) = entry.entry, Int(frame.vertex.author) == author,
                frame.vertex.sequence > seen[entry.epoch] ?? 0
            else { continue }
            seen[entry.epoch] = frame.vertex.sequence
            all += frame.vertex.records.map { (entry.epoch, $0) }
        }
        return all
    }

    /// What was acknowledged in earlier epochs and is neither committed nor in an own vertex of the newest one: a
    /// member's journal tells it so after a start.
    func unorderedRecords(_ commits: [Commit], newest: UInt64) -> [[UInt8]] {
        var done = Set<[UInt8]>()
        for commit in commits {
            for vertex in commit.vertices where vertex.name.author == author { done.formUnion(vertex.vertex.records) }
        }
        let records = ownRecords
        for (epoch, record) in records where epoch == newest { done.insert(record) }
        return records.map(\.record).filter { FakeShare($0) != nil && done.insert($0).inserted }
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
