/// How frames travel over one link, from one author to another.
package struct LinkQuality: Sendable {
    /// The shortest way, microseconds.
    package var delay: UInt64 = 5_000
    /// What chance adds, microseconds.
    package var jitter: UInt64 = 5_000
    /// How many frames in a million are much later.
    package var tail: UInt64 = 0
    /// How much later at most, microseconds.
    package var tailDelay: UInt64 = 2_000_000
    /// How many frames in a million are lost.
    package var loss: UInt64 = 0
    /// How many frames in a million come twice.
    package var duplication: UInt64 = 0

    package init() {}
}

/// Nothing passes from a group of authors to another for a while.
package struct Cut: Sendable {
    /// Microseconds of virtual time.
    package var start: UInt64
    package var end: UInt64
    /// Sets of authors, a bit each.
    package var from: UInt64
    package var to: UInt64

    package init(start: UInt64, end: UInt64, from: UInt64, to: UInt64) {
        self.start = start
        self.end = end
        self.from = from
        self.to = to
    }
}

/// The network between authors.
struct Links {
    private var qualities: [LinkQuality]
    private let count: Int
    private var cuts: [Cut]
    private var random: SplitMix64

    init(qualities: [LinkQuality], count: Int, cuts: [Cut], random: SplitMix64) {
        self.qualities = qualities
        self.count = count
        self.cuts = cuts
        self.random = random
    }

    /// From now on frames are late by their link's own delay only, and few are lost.
    mutating func heal(at time: UInt64) {
        for index in qualities.indices {
            qualities[index].tail = 0
            qualities[index].loss = min(qualities[index].loss, 2_000)
        }
        cuts.removeAll { $0.start < time }
    }

    /// When the copies of a frame arrive that is sent now: none, one or two moments.
    mutating func arrivals(from: Int, to: Int, at time: UInt64) -> (first: UInt64?, second: UInt64?) {
        for cut in cuts where cut.start <= time && time < cut.end {
            if cut.from >> UInt64(from) & 1 == 1, cut.to >> UInt64(to) & 1 == 1 { return (nil, nil) }
        }
        let quality = qualities[from * count + to]
        if random.happens(quality.loss) { return (nil, nil) }
        let first = time + delay(quality)
        let second = random.happens(quality.duplication) ? time + delay(quality) : nil
        return (first, second)
    }

    private mutating func delay(_ quality: LinkQuality) -> UInt64 {
        var delay = quality.delay + random.below(quality.jitter + 1)
        if random.happens(quality.tail) {
            // Halved up to seven times: most late frames are a little late, a few very much.
            delay += random.below(quality.tailDelay >> random.below(8) + 1)
        }
        return delay
    }
}
