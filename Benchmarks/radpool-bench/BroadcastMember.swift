import Bitcoin
import Broadcast
import CLoad
import Wire

/// A member's core and the records that it has for its lane. What it wants done goes to its log.
struct BroadcastMember {
    let index: Int
    private let bed: BroadcastBed
    private var core: BroadcastCore
    private var nextBatch = 0

    init(_ index: Int, _ bed: BroadcastBed) {
        self.index = index
        self.bed = bed
        core = bed.core(index)
    }

    mutating func take(_ bytes: [UInt8], from peer: Int) -> [Effect] {
        core.step(.received(from: peer, bytes: bytes), now: Self.milliseconds)
    }

    /// Gives the next records to the lane, and time to the core.
    mutating func turn() -> [Effect] {
        let now = Self.milliseconds
        var effects: [Effect] = []
        if core.pendingRecordCount == 0, nextBatch < bed.lanes[index].batches.count {
            let start = nextBatch == 0 ? bed.lanes[index].start : []
            effects = core.step(.records(start + [bed.lanes[index].batches[nextBatch]], isControl: false), now: now)
            nextBatch += 1
        }
        if core.wakeTime <= now { effects += core.step(.wake, now: now) }
        return effects
    }

    /// Milliseconds until time matters.
    var patience: Int {
        let now = Self.milliseconds
        return Int(min(max(core.wakeTime, now) - now, 50))
    }

    private static var milliseconds: UInt64 { rp_load_now() / 1_000_000 }
}
