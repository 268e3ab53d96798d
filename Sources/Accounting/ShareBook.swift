public import Bitcoin
internal import Shares
public import Wire

/// Which shares count (docs/protocol/accounting.md, Heights, Jobs and Shares).
///
/// Pure and total: the same commits give the same heights, and no bytes in them trap.
public struct ShareBook: Sendable {
    /// What follows from a commit.
    public struct Outcome: Hashable, Sendable {
        /// Heights that got their K.
        public let fixed: ChainBook.Fixed?
        /// Heights with shares that closed, ascending.
        public let closed: [ClosedHeight]
    }

    /// What a commit says that others have to judge.
    enum Event: Sendable {
        /// A block, the MSP that recorded it, and the commit that its job names; nil if that is not in the log or the
        /// height has closed.
        case found(FoundCoinbase, recorder: XOnlyKeyBytes, position: UInt64?)
        /// A record that says so of what is no block of the syndicate's.
        case refused(Hash256)
        /// A voter's word on a block.
        case answer(block: Hash256, isMature: Bool, voter: XOnlyKeyBytes)
    }

    private let syndicate: Hash256
    /// L.
    private let lag: UInt32
    /// What coinbases must pay.
    private var coinbaseScript: Script
    /// What the log knows of the chain.
    public private(set) var chain: ChainBook
    private var epoch: LedgerEpoch
    private var lanes: [LaneBook]
    private var history: CommitHistory
    /// Open heights that have shares, ascending.
    private var heights: [HeightBook] = []
    /// Every height below has closed.
    public private(set) var lowestOpen: UInt32 = 0
    /// What closed heights were built on.
    private(set) var archive = ReportArchive()
    /// The MSPs that can be paid.
    private let payees: Set<XOnlyKeyBytes>
    /// Decides nothing: see `IdentitySet`.
    private let seed: UInt64
    /// The shares of a batch; empty between batches but for its memory.
    private var entries: [ShareBatchReader.Entry] = []
    private var talliesByMSP: [XOnlyKeyBytes: ShareTally] = [:]

    /// The book at the log's start.
    ///
    /// - Parameters:
    ///   - configuration: of epoch 0.
    ///   - seed: what nobody else knows; decides nothing but how long shares take that somebody has chosen with care.
    public init(_ genesis: Genesis, _ configuration: EpochConfiguration, seed: UInt64 = 0) {
        self.seed = seed
        syndicate = genesis.syndicateID
        lag = UInt32(genesis.terms.closingLag)
        coinbaseScript = genesis.bootstrapScript
        let lowest = genesis.network == .testnet4 ? CompactTarget(.difficultyOne) : nil
        chain = ChainBook(configuration, lag: genesis.terms.closingLag, lowestTarget: lowest)
        epoch = LedgerEpoch(configuration)
        lanes = configuration.authors.map { LaneBook(msp: $0.key) }
        history = CommitHistory(genesis: genesis.syndicateID)
        payees = Set(genesis.members.map(\.key))
    }

    /// Goes on in the next epoch: its lanes begin anew.
    public mutating func enter(_ configuration: EpochConfiguration) {
        chain.enter(configuration)
        epoch = LedgerEpoch(configuration)
        lanes = configuration.authors.map { LaneBook(msp: $0.key) }
    }

    /// How an MSP's shares were judged so far.
    public func tally(of msp: XOnlyKeyBytes) -> ShareTally { talliesByMSP[msp] ?? ShareTally() }

    /// Those of the epoch's authors, in the order of its configuration.
    var tallies: [ShareTally] { epoch.authors.map { tally(of: $0.key) } }

    /// How many voters decide what.
    var quorum: Quorum { epoch.quorum }

    /// Takes the log's next commit.
    public mutating func absorb(_ commit: LedgerCommit) -> Outcome {
        take(commit).outcome
    }

    /// Takes the log's next commit, and finds what else it says.
    mutating func take(_ commit: LedgerCommit) -> (outcome: Outcome, events: [Event]) {
        let fixed = chain.absorb(commit)
        if let fixed { history.fix(fixed) }
        var events: [Event] = []
        for vertex in commit.vertices where lanes.indices.contains(Int(vertex.author)) {
            take(vertex, in: commit.number, &events)
        }
        history.append(commit)
        return (Outcome(fixed: fixed, closed: close()), events)
    }

    // MARK: Heights

    /// Whether jobs may be of a height: before any height has its K nobody knows how high the chain is.
    private func isOpen(_ height: UInt32) -> Bool {
        guard let fixed = chain.fixedHeight, height >= lowestOpen else { return false }
        return height <= fixed || height - fixed <= lag + 1
    }

    private mutating func close() -> [ClosedHeight] {
        guard let fixed = chain.fixedHeight, fixed >= lag, fixed - lag >= lowestOpen else { return [] }
        let last = fixed - lag
        var closed: [ClosedHeight] = []
        while let book = heights.first, book.height <= last {
            let counts = book.jobs.map { chain.isReported($0.job.report) }
            for (work, shares) in book.works where !counts[work.job] {
                talliesByMSP[book.jobs[work.job].msp, default: ShareTally()].unreported += shares
            }
            closed.append(ClosedHeight(book, chain.value(of: book.height), counts))
            heights.removeFirst()
        }
        let reports = chain.reports(through: last)
        lowestOpen = last == .max ? last : last + 1
        archive.add(reports, lowestOpen: lowestOpen)
        chain.forget(through: last)
        if lowestOpen >= 2 * lag { history.forget(before: lowestOpen - 2 * lag) }
        return closed
    }

    // MARK: Records

    private mutating func take(_ vertex: Vertex, in commit: UInt64, _ events: inout [Event]) {
        let lane = Int(vertex.author)
        for record in vertex.records {
            // What the gate refuses is in no log, or more than f voters are faulty: then it is as good as absent.
            switch record.first.flatMap(RecordType.init) {
            case .minerRegistration:
                if let miner = try? MinerRegistration(decoding: record) { lanes[lane].add(miner) }
            case .journalJob:
                if let job = try? JournalJob(decoding: record) {
                    lanes[lane].add(judged(job, digest: SHA256.hash(record)))
                }
            case .journalShareBatch: take(shares: record, lane, commit)
            case .blockFound:
                if let event = found(record, by: lanes[lane].msp) { events.append(event) }
            case .coinbaseAnswer:
                guard epoch.isVoter(vertex), let answer = try? CoinbaseAnswer(decoding: record) else { continue }
                events.append(.answer(block: answer.block, isMature: answer.isMature, voter: lanes[lane].msp))
            default: continue
            }
        }
    }

    private func found(_ record: [UInt8], by recorder: XOnlyKeyBytes) -> Event? {
        guard let found = try? BlockFound(decoding: record) else { return nil }
        let coinbase = FoundCoinbase(found, syndicate: syndicate)
        guard let coinbase, coinbase.script == coinbaseScript, isPossible(coinbase) else {
            return .refused(SHA256.hash(record))
        }
        let isAnchored = history.hash(coinbase.position.k) == coinbase.position.hash
        let isInTime = coinbase.height >= lowestOpen
        return .found(coinbase, recorder: recorder, position: isAnchored && isInTime ? coinbase.position.k : nil)
    }

    /// Whether a block's height is open, or closed with voters who said what it builds on.
    private func isPossible(_ coinbase: FoundCoinbase) -> Bool {
        coinbase.height >= lowestOpen ? isOpen(coinbase.height) : archive.contains(coinbase.report)
    }

    private func judged(_ job: JournalJob, digest: Hash256) -> LedgerJob {
        let height = job.coinbase.height
        // The history ends before the commit that is being taken.
        let isAnchored = history.hash(job.owner.logPosition) == job.owner.logHash
        return LedgerJob(
            sequence: job.sequence, height: height, previousBlock: job.header.previousBlock,
            target: job.header.compactTarget, value: job.coinbase.value, version: job.header.version,
            versionMask: job.header.versionMask, digest: digest,
            isVoid: !isOpen(height) || !isAnchored || job.coinbase.custodyScript != coinbaseScript
                || !payees.contains(job.owner.msp))
    }

    /// Where the shares of a job go.
    private enum Destination {
        case nowhere(ShareJudgement)
        case height(UInt32, JobPlace)
    }

    /// A job's number in its height's book, and the part of its version that no miner rolls.
    private struct JobPlace {
        let job: Int
        let version: UInt32
        let versionMask: UInt32
    }

    private mutating func take(shares record: [UInt8], _ lane: Int, _ commit: UInt64) {
        // All of it, or nothing: what is wrong at its end makes the whole batch no record.
        guard var reader = try? ShareBatchReader(record), (try? reader.readAll(into: &entries)) != nil else { return }
        let destinations = destinations(reader.works, lane)
        // Only now: a new height moves the others in the list.
        let places = zip(reader.works, destinations).map { place(of: $0, $1, lane) }
        var tally = tally(of: lanes[lane].msp)
        for entry in entries {
            guard case .height(_, let job) = destinations[entry.work], let place = places[entry.work] else {
                let isKnown = lanes[lane].miner(reader.works[entry.work].minerNumber) != nil
                if isKnown, case .nowhere(let judgement) = destinations[entry.work] {
                    tally.count(judgement)
                } else {
                    tally.count(.void)
                }
                continue
            }
            let fingerprint = ShareFingerprint(
                extranonce: entry.extranonce, ntime: entry.ntime, nonce: entry.nonce,
                version: job.version | entry.versionBits & job.versionMask)
            tally.count(heights[place.height].take(place.work, fingerprint, in: commit))
        }
        talliesByMSP[lanes[lane].msp] = tally
    }

    /// Where each work's job goes. Neighbours mostly have the same.
    private mutating func destinations(_ works: [JournalShare.Work], _ lane: Int) -> [Destination] {
        var last: (sequence: UInt64, destination: Destination)?
        return works.map { work in
            if let last, last.sequence == work.jobSequence { return last.destination }
            let found = destination(work.jobSequence, lane)
            last = (work.jobSequence, found)
            return found
        }
    }

    private mutating func destination(_ sequence: UInt64, _ lane: Int) -> Destination {
        guard let job = lanes[lane].job(sequence), !job.isVoid else { return .nowhere(.void) }
        guard job.height >= lowestOpen else { return .nowhere(.late) }
        // What the list holds is bounded by the heights that are open: jobs of others are void.
        let index = place(of: job.height)
        if index == heights.count || heights[index].height != job.height {
            heights.insert(HeightBook(height: job.height, seed: seed), at: index)
        }
        guard let number = heights[index].place(job, of: lanes[lane].msp) else { return .nowhere(.void) }
        let place = JobPlace(job: number, version: job.version & ~job.versionMask, versionMask: job.versionMask)
        return .height(job.height, place)
    }

    /// The place of a work's height in the list, and the work's number there; nil where nothing of it counts.
    private mutating func place(
        of work: JournalShare.Work, _ destination: Destination, _ lane: Int
    ) -> (height: Int, work: UInt32)? {
        guard case .height(let height, let job) = destination, let miner = lanes[lane].miner(work.minerNumber),
            let level = ShareLevel(work.level)
        else { return nil }
        let index = place(of: height)
        return heights[index].place(job.job, miner: miner, level: level).map { (index, $0) }
    }

    private func place(of height: UInt32) -> Int {
        heights.firstIndex { $0.height >= height } ?? heights.count
    }
}
