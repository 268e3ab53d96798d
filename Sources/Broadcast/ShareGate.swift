internal import Bitcoin
public import Shares
public import Wire

/// The gate of payload version 1: registrations, jobs and shares whose work is proved (docs/protocol/broadcast.md,
/// Gate).
///
/// What a share refers to is in its own lane, so that a lane is judged alone.
public struct ShareGate: EchoGate {
    /// How many of a lane's newest jobs its shares may be of.
    public static let liveJobs = 1_024

    private let configuration: EpochConfiguration
    private let epoch: Hash256
    private let validator: ShareValidator
    private var lanes: [LaneTables]

    /// The gate of an epoch at its start.
    public init(_ epoch: Epoch, validator: ShareValidator = ShareValidator()) {
        configuration = epoch.configuration
        self.epoch = epoch.id
        self.validator = validator
        lanes = [LaneTables](repeating: LaneTables(), count: epoch.authorCount)
    }

    /// Whether every record of the payload is allowed, and every share is what it claims.
    public func allows(_ vertex: Vertex) -> Bool {
        guard let key = key(of: vertex) else { return false }
        var draft = LaneDraft(lanes[Int(vertex.author)])
        for record in vertex.records {
            if record.first == RecordType.journalShareBatch.rawValue {
                guard (try? allowsShares(record, &draft)) == true else { return false }
                continue
            }
            switch try? Record(decoding: record) {
            case .minerRegistration(let miner): guard draft.add(miner) else { return false }
            case .journalJob(let job): guard draft.add(job, configuration.syndicate, key) else { return false }
            case .equivocationEvidence: continue
            case .blockFound(let block):
                guard block.job.owner.syndicate == configuration.syndicate else { return false }
            case .coinbaseAnswer: guard isVoter(vertex) else { return false }
            case .closeMark(let mark): guard mark.epoch == epoch, isVoter(vertex) else { return false }
            default: return false
            }
        }
        return true
    }

    /// Shares that are decoded and judged together: they and what is made of them stay in the processor's caches.
    private static let piece = 512

    /// Whether a batch is one, refers only to what there is and proves its work.
    private func allowsShares(_ record: [UInt8], _ draft: inout LaneDraft) throws(WireError) -> Bool {
        var reader = try ShareBatchReader(record)
        var shares: [JournalShare] = []
        var submissions: [ShareSubmission] = []
        while try reader.next(Self.piece, into: &shares) {
            guard draft.submit(shares, within: levels, into: &submissions), validator.accepts(batch: submissions) else {
                return false
            }
        }
        return true
    }

    /// Takes the registrations and jobs of a delivered vertex.
    public mutating func admit(_ vertex: Vertex) {
        guard let key = key(of: vertex) else { return }
        var draft = LaneDraft(lanes[Int(vertex.author)])
        for record in vertex.records {
            // Whatever is delivered was allowed, or more than f voters are faulty: then the rest is as good as absent.
            switch record.first.flatMap(RecordType.init) {
            case .minerRegistration:
                if let miner = try? MinerRegistration(decoding: record) { _ = draft.add(miner) }
            case .journalJob:
                if let job = try? JournalJob(decoding: record) { _ = draft.add(job, configuration.syndicate, key) }
            default: continue
            }
        }
        lanes[Int(vertex.author)].take(draft)
    }

    private var levels: ClosedRange<UInt8> {
        configuration.bounds.lowestLevel...configuration.bounds.highestLevel
    }

    private func isVoter(_ vertex: Vertex) -> Bool {
        configuration.authors[Int(vertex.author)].isVoter
    }

    private func key(of vertex: Vertex) -> XOnlyKeyBytes? {
        let author = Int(vertex.author)
        return configuration.authors.indices.contains(author) ? configuration.authors[author].key : nil
    }
}

/// What a lane has registered in the epoch.
private struct LaneTables: Sendable {
    private(set) var miners: [MinerID] = []
    /// The newest jobs, ascending by their sequences.
    private(set) var jobs: [ShareJob] = []

    mutating func take(_ draft: LaneDraft) {
        miners += draft.newMiners
        jobs += draft.newJobs
        // Rarely, since it moves the rest. What is beyond `liveJobs` is not looked at.
        if jobs.count > 2 * ShareGate.liveJobs { jobs.removeFirst(jobs.count - ShareGate.liveJobs) }
    }
}

/// A lane's tables with what a payload adds to them.
private struct LaneDraft {
    private let tables: LaneTables
    private(set) var newMiners: [MinerID] = []
    private(set) var newJobs: [ShareJob] = []
    private var works: [JournalShare.Work: ShareWork] = [:]

    init(_ tables: LaneTables) {
        self.tables = tables
    }

    mutating func add(_ miner: MinerRegistration) -> Bool {
        guard Int(miner.number) == tables.miners.count + newMiners.count,
            let id = try? Hash256(internalBytes: miner.key.bytes)
        else { return false }
        newMiners.append(MinerID(id))
        return true
    }

    mutating func add(_ job: JournalJob, _ syndicate: Hash256, _ key: XOnlyKeyBytes) -> Bool {
        guard job.owner.syndicate == syndicate, job.owner.msp == key,
            (newJobs.last ?? tables.jobs.last).map({ $0.parameters.jobSequence < job.sequence }) ?? true,
            let made = try? ShareJob(job)
        else { return false }
        newJobs.append(made)
        return true
    }

    /// Replaces the contents of `submissions` by shares for judging; false if one refers to nothing or has a level out
    /// of bounds.
    mutating func submit(
        _ shares: [JournalShare], within levels: ClosedRange<UInt8>, into submissions: inout [ShareSubmission]
    ) -> Bool {
        submissions.removeAll(keepingCapacity: true)
        // Shares of one work mostly follow each other.
        var last: (work: JournalShare.Work, made: ShareWork)?
        for share in shares {
            if last?.work != share.work {
                guard levels.contains(share.work.level), let made = work(share.work) else { return false }
                last = (share.work, made)
            }
            guard let last else { return false }
            let roll = HeaderRoll(ntime: share.ntime, nonce: share.nonce, versionBits: share.versionBits)
            submissions.append(ShareSubmission(last.made, share.extranonce, roll))
        }
        return true
    }

    private mutating func work(_ work: JournalShare.Work) -> ShareWork? {
        if let made = works[work] { return made }
        guard let job = job(work.jobSequence), let miner = miner(Int(work.minerNumber)),
            let level = ShareLevel(work.level), let made = try? ShareWork(job, miner: miner, level: level)
        else { return nil }
        works[work] = made
        return made
    }

    private func miner(_ number: Int) -> MinerID? {
        if number < tables.miners.count { return tables.miners[number] }
        let index = number - tables.miners.count
        return index < newMiners.count ? newMiners[index] : nil
    }

    private func job(_ sequence: UInt64) -> ShareJob? {
        if let found = Self.find(sequence, in: newJobs.suffix(ShareGate.liveJobs)) { return found }
        let live = max(0, ShareGate.liveJobs - newJobs.count)
        return Self.find(sequence, in: tables.jobs.suffix(live))
    }

    private static func find(_ sequence: UInt64, in jobs: ArraySlice<ShareJob>) -> ShareJob? {
        let place = jobs.firstIndex(atOrAbove: sequence) { $0.parameters.jobSequence }
        return place < jobs.endIndex && jobs[place].parameters.jobSequence == sequence ? jobs[place] : nil
    }
}

extension ShareJob {
    /// A job as its author recorded it.
    ///
    /// - Throws: for a job that no header or coinbase can be made of.
    convenience init(_ job: JournalJob) throws {
        try self.init(
            Parameters(
                syndicate: SyndicateID(job.owner.syndicate),
                msp: MSPID(Hash256(internalBytes: job.owner.msp.bytes)), jobSequence: job.sequence,
                logPosition: LogPosition(k: job.owner.logPosition, hash: job.owner.logHash), header: job.header,
                minTime: job.minimumTime, currentTime: job.currentTime, coinbase: job.coinbase.layout()))
    }
}
