internal import Bitcoin

/// Encodes shares as they come into a `JournalShareBatch`, without an allocation for each.
///
/// A share costs a look-up of its work, which most often is the one before or two loads away, and some stores. The
/// memory is kept from one batch to the next.
public struct ShareBatchEncoder: Sendable {
    /// How many shares were appended since the last batch.
    public private(set) var count = 0

    /// The encodings of the shares: index, extranonce and the rest. The first `length` bytes count.
    private var body: [UInt8]
    private var length = 0

    /// The works in the order in which shares first used them, and for each its slot in `slots`.
    private var works: [JournalShare.Work] = []
    /// The index of the last share's work.
    private var lastIndex = 0
    private var usedSlots: [Int] = []

    /// A hash table with linear probing of indices in `works`, plus one; 0 is a free slot. Always a power of two of
    /// slots, at most half of them used.
    private var slots: [UInt32]

    private var highestMinerNumber: UInt32 = 0

    /// An index of three bytes and the rest of a share.
    private static let longestShare = 27

    /// An encoder with room for some shares; it grows as needed.
    public init() {
        body = [UInt8](repeating: 0, count: 1_024 * Self.longestShare)
        slots = [UInt32](repeating: 0, count: 256)
    }

    /// Appends a share.
    ///
    /// - Returns: false, with nothing appended, where the batch has 65,536 already.
    @discardableResult
    public mutating func append(_ share: JournalShare) -> Bool {
        guard count < JournalShareBatch.maximumCount else { return false }
        let index = index(of: share.work)
        if length + Self.longestShare > body.count {
            body.append(contentsOf: repeatElement(0, count: body.count))
        }
        length = Self.store(share, index, at: length, in: &body)
        count += 1
        return true
    }

    /// The batch of all shares since the last one; nil for none.
    public mutating func finish() -> EncodedShareBatch? {
        guard count > 0 else { return nil }
        let (jobs, jobIndices) = jobTable()
        var writer = JournalShareBatch.startEncoding(capacity: 16 + 8 * jobs.count + 8 * works.count + length)
        writer.append(compactSize: jobs.count)
        for sequence in jobs {
            writer.append(littleEndian: sequence)
        }
        writer.append(compactSize: works.count)
        for (work, job) in zip(works, jobIndices) {
            writer.append(compactSize: job)
            writer.append(littleEndian: work.minerNumber)
            writer.append(work.level)
        }
        writer.append(compactSize: count)
        writer.append(body[..<length])
        let batch = EncodedShareBatch(
            bytes: writer.bytes, count: count, jobs: jobs, highestMinerNumber: highestMinerNumber)
        removeAll()
        return batch
    }

    /// Forgets the shares since the last batch.
    public mutating func removeAll() {
        for slot in usedSlots { slots[slot] = 0 }
        usedSlots.removeAll(keepingCapacity: true)
        works.removeAll(keepingCapacity: true)
        highestMinerNumber = 0
        length = 0
        count = 0
    }

    // MARK: Works

    private mutating func index(of work: JournalShare.Work) -> Int {
        // Shares of one read of a connection come in a row.
        if count > 0, works[lastIndex] == work { return lastIndex }
        lastIndex = lookUp(work)
        return lastIndex
    }

    private mutating func lookUp(_ work: JournalShare.Work) -> Int {
        var slot = Self.hash(work) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if works[index] == work { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        works.append(work)
        highestMinerNumber = max(highestMinerNumber, work.minerNumber)
        slots[slot] = UInt32(works.count)
        usedSlots.append(slot)
        if 2 * works.count > slots.count { grow() }
        return works.count - 1
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: 2 * slots.count)
        for (index, work) in works.enumerated() {
            var slot = Self.hash(work) & (slots.count - 1)
            while slots[slot] != 0 {
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = UInt32(index + 1)
            usedSlots[index] = slot
        }
    }

    /// Scatters works; which of them meet in a slot changes no byte of the record.
    private static func hash(_ work: JournalShare.Work) -> Int {
        let miner = UInt64(work.minerNumber) << 8 | UInt64(work.level)
        let mixed = (miner &* 0x9e37_79b9_7f4a_7c15) ^ (work.jobSequence &* 0xc2b2_ae3d_27d4_eb4f)
        return Int(truncatingIfNeeded: ((mixed ^ (mixed >> 29)) &* 0x1656_67b1_9e37_79f9) >> 32)
    }

    /// The jobs of all works, ascending, and for each work the index of its job.
    private func jobTable() -> (jobs: [UInt64], indices: [Int]) {
        // A batch has a job or two, or some more after a burst of refreshes; works far outnumber them.
        var jobs: [UInt64] = []
        for work in works where jobs.last != work.jobSequence {
            let place = Self.place(of: work.jobSequence, in: jobs)
            if place == jobs.count || jobs[place] != work.jobSequence { jobs.insert(work.jobSequence, at: place) }
        }
        return (jobs, works.map { Self.place(of: $0.jobSequence, in: jobs) })
    }

    /// Where a sequence stands, or would, in an ascending list.
    private static func place(of sequence: UInt64, in jobs: [UInt64]) -> Int {
        var range = 0..<jobs.count
        while let last = range.last {
            let middle = (range.lowerBound + last) / 2
            range = jobs[middle] < sequence ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    // MARK: Bytes

    /// Writes a share, for which there is room, and returns the position behind it.
    private static func store(_ share: JournalShare, _ index: Int, at start: Int, in body: inout [UInt8]) -> Int {
        var span = body.mutableSpan
        var bytes = span.mutableBytes
        var offset = start
        if index < 0xfd {
            bytes.storeBytes(of: UInt8(truncatingIfNeeded: index), toByteOffset: offset, as: UInt8.self)
            offset += 1
        } else {
            bytes.storeBytes(of: 0xfd, toByteOffset: offset, as: UInt8.self)
            bytes.storeBytes(
                of: UInt16(truncatingIfNeeded: index).littleEndian, toByteOffset: offset + 1, as: UInt16.self)
            offset += 3
        }
        bytes.storeBytes(of: share.extranonce.extranonce1.bigEndian, toByteOffset: offset, as: UInt32.self)
        bytes.storeBytes(of: share.extranonce.extranonce2.bigEndian, toByteOffset: offset + 4, as: UInt64.self)
        bytes.storeBytes(of: share.ntime.littleEndian, toByteOffset: offset + 12, as: UInt32.self)
        bytes.storeBytes(of: share.nonce.littleEndian, toByteOffset: offset + 16, as: UInt32.self)
        bytes.storeBytes(of: share.versionBits.littleEndian, toByteOffset: offset + 20, as: UInt32.self)
        return offset + 24
    }
}
