internal import Bitcoin
internal import Wire

/// A job as the ledger knows it.
struct LedgerJob: Sendable {
    let sequence: UInt64
    let height: UInt32
    let previousBlock: Hash256
    let target: CompactTarget
    let value: Amount
    let version: UInt32
    let versionMask: UInt32
    /// SHA-256 of the record.
    let digest: Hash256
    /// The job breaks a rule that was judged in its commit: none of its shares counts.
    let isVoid: Bool

    /// What voters must have said for its shares to count.
    var report: ChainReport { ChainReport(height: height, previous: previousBlock, target: target) }
}

/// What a lane has registered in the epoch. The gate has seen to it that miners are numbered 0, 1, 2, … and that jobs
/// ascend; whatever does not is as good as absent.
struct LaneBook: Sendable {
    /// Jobs that shares may refer to: as many as the gate looks at.
    static let liveJobs = 1_024

    let msp: XOnlyKeyBytes
    private(set) var miners: [XOnlyKeyBytes] = []
    /// Ascending by their sequences.
    private var jobs: [LedgerJob] = []

    init(msp: XOnlyKeyBytes) {
        self.msp = msp
    }

    mutating func add(_ miner: MinerRegistration) {
        if Int(miner.number) == miners.count { miners.append(miner.key) }
    }

    mutating func add(_ job: LedgerJob) {
        guard jobs.last.map({ $0.sequence < job.sequence }) ?? true else { return }
        jobs.append(job)
        // Rarely, since it moves the rest.
        if jobs.count > 2 * Self.liveJobs { jobs.removeFirst(jobs.count - Self.liveJobs) }
    }

    func miner(_ number: UInt32) -> XOnlyKeyBytes? {
        miners.indices.contains(Int(number)) ? miners[Int(number)] : nil
    }

    func job(_ sequence: UInt64) -> LedgerJob? {
        let live = jobs.suffix(Self.liveJobs)
        let place = live.firstIndex(atOrAbove: sequence) { $0.sequence }
        return place < live.endIndex && live[place].sequence == sequence ? live[place] : nil
    }
}
