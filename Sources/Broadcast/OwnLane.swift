internal import Wire

/// What a member knows of its own lane beside what all know.
struct OwnLane: Sendable {
    /// Records that wait for a vertex, in order.
    var pending: [[UInt8]] = []
    /// Control records that wait, which go first.
    var pendingControl: [[UInt8]] = []
    /// The vertex that is not delivered yet. It is never made again.
    var inFlight: HeldVertex?
    /// The round of the newest vertex.
    var lastRound: UInt64 = 0
    /// When the newest vertex was made; nil after a start.
    var createdAt: UInt64?
    /// What the node says now.
    var facts: ChainFacts?
    /// What the newest vertex with facts says.
    var sentFacts: ChainFacts?

    mutating func append(_ records: [[UInt8]], isControl: Bool) {
        if isControl {
            pendingControl += records
        } else {
            pending += records
        }
    }

    /// Takes the records of the next vertex: as many as fit, control records first. One that can never fit is left
    /// out and handed back.
    mutating func takeRecords(_ bounds: EpochConfiguration.Bounds) -> Taken {
        var taken = Taken()
        taken.take(from: &pendingControl, bounds)
        taken.carriesControl = !taken.records.isEmpty
        if pendingControl.isEmpty { taken.take(from: &pending, bounds) }
        return taken
    }

    struct Taken {
        var records: [[UInt8]] = []
        var refused: [[UInt8]] = []
        var carriesControl = false
        private var size = 0

        mutating func take(from queue: inout [[UInt8]], _ bounds: EpochConfiguration.Bounds) {
            var count = 0
            for record in queue {
                if record.isEmpty || record.count > Int(bounds.largestPayload) {
                    refused.append(record)
                } else if records.count < Int(bounds.mostRecords), size + record.count <= Int(bounds.largestPayload) {
                    records.append(record)
                    size += record.count
                } else {
                    break
                }
                count += 1
            }
            queue.removeFirst(count)
        }
    }
}

/// Time as far as rounds depend on it, which is only when a vertex is made. Milliseconds.
struct RoundClock: Sendable {
    private let settings: BroadcastSettings
    /// When the highest complete round became complete.
    private(set) var completeSince: UInt64 = 0
    /// The time from an own vertex's sending to its delivery, in eighths: three one-way delays.
    private var deliveryTime: UInt64 = 0
    /// For each voter's position how often its anchor came too late since one was committed.
    private var lateness: [Int]

    init(voterCount: Int, settings: BroadcastSettings) {
        self.settings = settings
        lateness = [Int](repeating: 0, count: voterCount)
    }

    mutating func completed(at time: UInt64) {
        completeSince = time
    }

    mutating func learnDelivery(_ time: UInt64) {
        let time = min(time, 60_000)
        deliveryTime = deliveryTime == 0 ? time * 8 : deliveryTime - deliveryTime / 8 + time
    }

    /// An anchor came after it was given up: its author is waited for longer. One that never comes teaches nothing, so
    /// that the dead hold nobody up for long.
    mutating func cameLate(_ position: Int) {
        lateness[position] = min(lateness[position] + 1, 10)
    }

    /// An anchor is committed.
    mutating func committed(_ position: Int) {
        lateness[position] = 0
    }

    /// How long to wait for what concerns a voter's anchor.
    func wait(for position: Int) -> UInt64 {
        let base = max(settings.shortestAnchorWait, deliveryTime / 8 * 4 / 3)
        return min(settings.longestAnchorWait, base << UInt64(lateness[position]))
    }
}
