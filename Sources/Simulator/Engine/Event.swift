internal import Bitcoin
internal import Broadcast

/// Something that happens at a moment of virtual time.
enum Event {
    /// A frame reaches a machine from an author.
    case arrival(machine: Int, from: Int, flight: Flight)
    /// A machine asked to be woken.
    case wake(machine: Int)
    /// A write of a machine's disk is durable.
    case synced(machine: Int, incarnation: Int, count: Int)
    /// What a machine looked up in its log is there.
    case recalled(machine: Int, incarnation: Int, epoch: UInt64, names: [VertexName])
    /// A machine's ledger came to something at a commit.
    case ledger(machine: Int, incarnation: Int, commit: UInt64, root: Hash256)
    /// A machine's power goes at this point.
    case crash(machine: Int, point: CrashPoint, downtime: UInt64)
    /// A machine's power goes, and what comes back is an old copy of its log.
    case amnesia(machine: Int, kept: UInt64, downtime: UInt64)
    /// A machine has opened an epoch, and these of its records are not in the log yet.
    case opened(machine: Int, incarnation: Int, records: [[UInt8]])
    /// A machine may say that an epoch may end.
    case close(machine: Int)
    /// A machine comes back.
    case restart(machine: Int)
    /// A machine's power goes for good.
    case death(machine: Int)
    /// Records come in at a machine.
    case submission(machine: Int)
    /// A machine's node sees a new block.
    case tip(machine: Int)
    /// A byzantine machine may do something of its own.
    case mischief(machine: Int)
    /// Chaos is over.
    case heal
    /// The checks that look at all members look now.
    case inspection
}

/// A frame under way, with a mark of its bytes for the trace.
struct Flight {
    let bytes: [UInt8]
    let mark: UInt64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        mark = TraceHash.mark(of: bytes)
    }
}

/// Where a crash strikes.
package enum CrashPoint: UInt64, CaseIterable, Sendable {
    /// At once; unsynced writes are lost from a random point on.
    case now
    /// When the next write is durable and nothing that waited for it has been sent.
    case afterSync
    /// When a part of what waited for the next write has been sent.
    case whileSending
}
