internal import Bitcoin
internal import BitcoinNode
internal import Logging
internal import Shares
internal import Storage
internal import Stratum
internal import Wire

/// Turns what the bitcoin nodes say into jobs: an empty one at once on a new tip, the full one next, fresher ones as
/// the nodes bring them.
actor JobFeed {
    /// What the feed is made with.
    struct Parts: Sendable {
        let server: StratumServer
        let nodes: NodeSet
        let board: JobBoard
        let writer: JournalWriter
        let statistics: PoolStatistics
        let maker: JobMaker
        /// How long shares are taken while no node gives templates.
        let nodeAbsence: Duration
        let logger: Logger
    }

    private let parts: Parts
    private let sequence: JobSequence
    private var tip: Hash256?
    /// What has become of the journal's jobs and shares: none is sent before they are back.
    private var restoration = Restoration.due

    private enum Restoration {
        case due
        case done
        /// The journal cannot be read: no work is given out, as its shares might be credited twice.
        case failed
    }

    /// Ends the patience with the nodes, while none is usable.
    private var absence: Task<Void, Never>?
    private var isRefusing = false
    private var lastRefresh: ContinuousClock.Instant?

    /// Fresh jobs that miners force come at most this often.
    private static let refreshInterval: Duration = .seconds(5)

    init(_ parts: Parts, sequence: sending JobSequence) {
        self.parts = parts
        self.sequence = sequence
    }

    /// Works until the nodes have nothing to say any more.
    func run() async {
        for await event in parts.nodes.events {
            switch event {
            case .head(let head, let receivedAt): take(head, receivedAt)
            case .template(let template, let receivedAt): take(template, receivedAt)
            case .health(let health): take(health)
            }
        }
        absence?.cancel()
    }

    /// Miners refuse the present job: asks the nodes for a fresh one, unless that was done a moment ago.
    func wantRefresh() async {
        if let lastRefresh, lastRefresh.duration(to: .now) < Self.refreshInterval { return }
        lastRefresh = .now
        await parts.nodes.refresh()
    }

    // MARK: Jobs

    private func take(_ head: TemplateHead, _ receivedAt: UInt64) {
        let header = BlockHeader(
            version: head.version, previousBlock: head.previousBlock, merkleRoot: .zero, time: head.currentTime,
            bits: head.compactTarget, nonce: 0)
        publish(tip: head.previousBlock, height: head.height, receivedAt) { (sequence) throws(CoinbaseLayoutError) in
            try parts.maker.emptyJob(
                sequence: sequence, header: header, height: head.height, minimumTime: head.minimumTime)
        }
    }

    private func take(_ template: BlockTemplate, _ receivedAt: UInt64) {
        let tip = template.header.previousBlock
        publish(tip: tip, height: template.height, receivedAt) { (sequence) throws(CoinbaseLayoutError) in
            try parts.maker.job(sequence: sequence, template: template)
        }
    }

    private func publish(
        tip: Hash256, height: UInt32, _ receivedAt: UInt64,
        _ make: (UInt64) throws(CoinbaseLayoutError) -> StratumJob
    ) {
        do {
            guard try isRestored(tip: tip, height: height) else { return }
            let job = try make(try sequence.next())
            parts.board.add(job, publishedAt: MonotonicClock.now)
            try parts.server.publish(job, self.tip == tip ? .refresh : .newTip, templateTime: receivedAt)
            if self.tip != tip {
                parts.logger.info("new tip", metadata: ["height": "\(height)", "previous": "\(tip.displayHex)"])
            }
            self.tip = tip
            nodesAreBack()
        } catch {
            parts.logger.error("no job can be made", metadata: ["reason": "\(error)"])
        }
    }

    // MARK: The start

    /// Restores once, before the first job.
    private func isRestored(tip: Hash256, height: UInt32) throws -> Bool {
        if restoration == .due {
            restoration = .failed
            try restore(tip: tip, height: height)
            restoration = .done
        }
        return restoration == .done
    }

    /// Gives the server the jobs of the last two tips back, and enters their stored shares into its filters, so that
    /// none is credited twice.
    private func restore(tip: Hash256, height: UInt32) throws {
        let latest = try parts.writer.read { journal throws(StorageError) in
            try journal.latestJobs(RestorePlan.lookBack)
        }
        let plan = RestorePlan(latest, tip: tip, height: height)
        guard let firstJob = plan.firstJob else { return }
        for (records, kind) in [(plan.previous, StratumServer.JobKind.restoredStale), (plan.current, .restored)] {
            for record in records {
                let job = try StratumJob(restoring: record)
                parts.board.add(job, publishedAt: nil)
                try parts.server.publish(job, kind)
            }
        }
        let restored = Set((plan.previous + plan.current).map(\.sequence))
        try replay(from: firstJob, jobs: restored)
    }

    private func replay(from firstJob: UInt64, jobs: Set<UInt64>) throws {
        let keys = parts.writer.minerKeys
        let server = parts.server
        let (shares, credited) = try parts.writer.read { journal throws(StorageError) in
            var total = (shares: 0, credited: 0)
            try journal.replay(from: firstJob) { _, batch in
                let shares = batch.shares.filter { jobs.contains($0.work.jobSequence) }
                let miners = shares.compactMap { share in
                    keys.indices.contains(Int(share.work.minerNumber)) ? keys[Int(share.work.minerNumber)] : nil
                }
                total.shares += shares.count
                total.credited += server.replay(shares.map(AcceptedShare.init), miners: miners)
            }
            return total
        }
        parts.statistics.withJournal { $0.replayedShares = UInt64(shares) }
        parts.logger.info("journal read back", metadata: ["jobs": "\(jobs.count)", "shares": "\(shares)"])
        if credited != shares {
            parts.logger.error(
                "stored shares do not fit their jobs: the journal is of another program version or damaged",
                metadata: ["shares": "\(shares)", "credited": "\(credited)"])
        }
    }

    // MARK: The nodes

    private func take(_ health: [NodeHealth]) {
        parts.statistics.setNodes(
            health.map { node in
                NodeSnapshot(
                    name: node.name, isActive: node.isActive, isReachable: node.state != .unreachable,
                    height: node.height, problem: node.lastError)
            })
        guard !health.contains(where: \.isActive) else {
            nodesAreBack()
            return
        }
        guard absence == nil, !isRefusing else { return }
        let patience = parts.nodeAbsence
        absence = Task {
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            self.nodesAreGone()
        }
    }

    private func nodesAreBack() {
        absence?.cancel()
        absence = nil
        guard isRefusing else { return }
        isRefusing = false
        parts.server.setAccepting(true)
        parts.statistics.setAbsence(nil)
        parts.logger.notice("shares are taken again: a bitcoin node is back")
    }

    private func nodesAreGone() {
        guard !Task.isCancelled, absence != nil else { return }
        absence = nil
        isRefusing = true
        parts.server.setAccepting(false)
        parts.statistics.setAbsence("no bitcoin node is usable")
        parts.logger.error("shares are refused: no bitcoin node was usable for \(parts.nodeAbsence)")
    }
}

extension AcceptedShare {
    /// A share of the journal, whose worker is not known any more.
    fileprivate init(_ share: JournalShare) {
        self.init(
            jobSequence: share.work.jobSequence, account: share.work.minerNumber, worker: 0, level: share.work.level,
            extranonce: share.extranonce,
            roll: HeaderRoll(ntime: share.ntime, nonce: share.nonce, versionBits: share.versionBits))
    }
}
