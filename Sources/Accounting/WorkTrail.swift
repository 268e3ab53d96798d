internal import Bitcoin
internal import Wire

/// What counts, by commit and MSP (docs/protocol/accounting.md, Trail and window).
struct WorkTrail: Sendable {
    /// What an MSP has of a part of the trail.
    struct Part: Hashable, Sendable {
        let msp: XOnlyKeyBytes
        /// Units of 2^(level - 33).
        var work: UInt128
        /// Work times satoshis.
        var weight: UInt256
    }

    /// Commits after the segment before it, up to one.
    struct Segment: Sendable {
        let end: UInt64
        /// Ascending by key.
        var parts: [Part] = []

        var work: UInt128 { parts.reduce(0) { $0 + $1.work } }
    }

    /// A height, and the commit at which it and those after the entry before have got their K.
    struct Mark: Hashable, Sendable {
        let height: UInt32
        let commit: UInt64
    }

    /// The most joined segments that are kept.
    static let maximumCount = 100_000

    /// Heights with their K, ascending by both.
    private var marks: [Mark] = []
    /// The joined segments, one for each of the first marks.
    private var joined: [Segment] = []
    /// Commits after those, each with what counts in it.
    private var recent: [Segment] = []
    /// Of all segments. Nothing enters that would make it overflow, so that no part of it does.
    private var total: UInt128 = 0
    /// Whether there was more than what is kept.
    private var isCut = false

    // MARK: Growing

    /// Heights have got their K.
    mutating func fix(_ news: ChainBook.Fixed) {
        marks.append(Mark(height: news.heights.upperBound, commit: news.commit))
    }

    /// A height has closed.
    mutating func add(_ credits: [ClosedHeight.Credit]) {
        for credit in credits {
            let (sum, overflow) = total.addingReportingOverflow(credit.work)
            guard !overflow else { continue }
            total = sum
            let part = Part(msp: credit.msp, work: credit.work, weight: credit.weight)
            if let last = joined.last, credit.commit <= last.end {
                joined[Self.place(of: credit.commit, in: joined)].add(part)
                continue
            }
            let place = Self.place(of: credit.commit, in: recent)
            if place == recent.count || recent[place].end != credit.commit {
                recent.insert(Segment(end: credit.commit), at: place)
            }
            recent[place].add(part)
        }
    }

    /// The first segment that goes as far as a commit.
    private static func place(of commit: UInt64, in segments: [Segment]) -> Int {
        segments.firstIndex(atOrAbove: commit) { $0.end }
    }

    /// Makes one segment of the commits up to each height's K, up to a height: no window ends within them any more.
    mutating func join(through height: UInt32) {
        while joined.count < marks.count, joined.isEmpty || marks[joined.count - 1].height < height {
            var segment = Segment(end: marks[joined.count].commit)
            let count = Self.place(of: segment.end &+ 1, in: recent)
            for one in recent[..<count] {
                for part in one.parts { segment.add(part) }
            }
            recent.removeFirst(count)
            joined.append(segment)
        }
    }

    /// Forgets the oldest joined segments as long as the others have some work, or are too many.
    ///
    /// - Parameter newest: how many of the newest are never forgotten, because they may still grow.
    mutating func forget(beyond work: UInt128, newest: Int) {
        var count = 0
        while joined.count - count > newest {
            let rest = total - joined[count].work
            guard rest >= work || joined.count - count > Self.maximumCount else { break }
            total = rest
            count += 1
        }
        if count > 0 { isCut = true }
        joined.removeFirst(count)
        marks.removeFirst(count)
    }

    // MARK: Reading

    /// K of a height; nil where it has none yet. Heights from before what is kept have the oldest one.
    func commit(of height: UInt32) -> UInt64? {
        let place = marks.firstIndex(atOrAbove: height) { $0.height }
        return place < marks.count ? marks[place].commit : nil
    }

    /// The highest height that has its K at a commit; nil before all that is kept.
    func height(at commit: UInt64) -> UInt32? {
        // The marks' commits ascend strictly.
        let place = marks.firstIndex(atOrAbove: commit) { $0.commit }
        if place < marks.count, marks[place].commit == commit { return marks[place].height }
        return place > 0 ? marks[place - 1].height : nil
    }

    /// The end of a window that should end at a commit: where what is kept before it is less than the window, because
    /// more was forgotten, the first end that leaves enough, if there is one.
    func end(from commit: UInt64, of size: UInt128) -> UInt64 {
        guard isCut, total >= size else { return commit }
        var work: UInt128 = 0
        for segments in [joined, recent] {
            for segment in segments {
                work += segment.work
                if work >= size { return max(commit, segment.end) }
            }
        }
        return commit
    }

    /// What the MSPs have of the newest work up to a commit, ascending by key.
    func window(endingAt end: UInt64, of size: UInt128) -> [Part] {
        var window = Segment(end: end)
        var wanted = size
        for segments in [recent[...], joined[...]] {
            for segment in segments.reversed() where segment.end <= end {
                let work = segment.work
                for part in work <= wanted ? segment.parts : segment.parts(of: wanted) { window.add(part) }
                if work >= wanted { return window.parts }
                wanted -= work
            }
        }
        return window.parts
    }
}

extension WorkTrail.Segment {
    /// Adds to what an MSP has.
    mutating func add(_ part: WorkTrail.Part) {
        let place = parts.firstIndex(atOrAbove: part.msp) { $0.msp }
        if place < parts.count, parts[place].msp == part.msp {
            parts[place].work += part.work
            // Work below 2^128 times satoshis below 2^51.
            parts[place].weight = parts[place].weight.addingReportingOverflow(part.weight).partialValue
        } else {
            parts.insert(part, at: place)
        }
    }

    /// So much of the segment's work, of every MSP as large a part, what is left over of those with the most.
    ///
    /// - Parameter wanted: less than the segment has.
    func parts(of wanted: UInt128) -> [WorkTrail.Part] {
        let whole = work
        var works = parts.map { UInt256($0.work).scaled(by: wanted, over: whole)?.low ?? 0 }
        var rest = wanted - works.reduce(0, +)
        for index in parts.indices.sorted(by: { (parts[$1].work, $0) < (parts[$0].work, $1) }) {
            let more = min(rest, parts[index].work - works[index])
            works[index] += more
            rest -= more
        }
        return zip(parts, works).filter { $1 > 0 }.map { part, work in
            let weight = part.weight.scaled(by: work, over: part.work) ?? .zero
            return WorkTrail.Part(msp: part.msp, work: work, weight: weight)
        }
    }
}
