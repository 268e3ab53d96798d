internal import Bitcoin
internal import CStratum
public import Shares
internal import Synchronization

/// The stratum server: event loops, sessions, jobs and the shares that they bring (docs/protocol/stratum.md).
///
/// It accepts connections from the first job on. What it finds is taken by one `StratumIntake` and one `BlockFeed`.
///
/// Safe: the pointer never changes, and every function of CStratumServer.h may be called from any thread but
/// rp_stratum_take with rp_stratum_settle and rp_stratum_take_block. Those are called by StratumIntake and BlockFeed
/// only, of which a server makes one each and which are not Sendable. The memory is freed in deinit, when no caller can
/// be inside a function any more, because each keeps the server alive while it is.
@safe public final class StratumServer: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let configuration: StratumConfiguration
    private let hasIntake = Atomic(false)
    private let hasBlockFeed = Atomic(false)

    /// How a job came to be.
    public enum JobKind: Hashable, Sendable {
        /// On another block than the job before: older work is stale.
        case newTip
        /// On the same block.
        case refresh
        /// From the journal, of the present tip: never sent, and given before the first other job.
        case restored
        /// From the journal, of the tip before: never sent, and given before the first other job.
        case restoredStale
    }

    /// Binds all ports and starts the loops.
    public init(_ configuration: StratumConfiguration) throws(StratumError) {
        self.configuration = configuration
        unsafe pointer = try unsafe CStratumBridge.makeServer(configuration)
    }

    deinit {
        unsafe rp_stratum_server_destroy(pointer)
    }

    /// Calls C with the server, which outlives the call.
    private func call<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        withExtendedLifetime(self) { unsafe body(pointer) }
    }

    // MARK: Life

    /// The port of a listener, by its place in the configuration; nil beyond the last.
    public func port(ofListener index: Int) -> UInt16? {
        guard configuration.listeners.indices.contains(index) else { return nil }
        return unsafe call { unsafe rp_stratum_server_port($0, index) }
    }

    /// Begins the end: no connections and no reading any more; what waits for the disk is answered, then every miner
    /// is told to reconnect. The intake says when all is done.
    public func stop() {
        unsafe call { unsafe rp_stratum_server_stop($0) }
    }

    /// Wakes the intake, which then may have nothing to do.
    public func wake() {
        unsafe call { unsafe rp_stratum_wake($0) }
    }

    // MARK: Jobs

    /// Gives a job to the server. A sequence is given once only.
    ///
    /// - Parameter templateTime: when the node's answer was there, nanoseconds of CLOCK_MONOTONIC; 0 for not measured.
    public func publish(_ job: StratumJob, _ kind: JobKind, templateTime: UInt64 = 0) throws(StratumError) {
        let raw = try unsafe CStratumBridge.makeJob(job, blockTarget: configuration.blockTarget)
        unsafe call { unsafe rp_stratum_publish($0, raw, kind.raw, templateTime) }
    }

    /// Enters stored shares into the duplicate filters. Their jobs must have been restored, and the first other job not
    /// yet be published.
    ///
    /// - Parameter miners: for each share its miner.
    /// - Returns: how many are credited again as they should be: all, unless the store does not fit its jobs.
    public func replay(_ shares: [AcceptedShare], miners: [MinerID]) -> Int {
        let count = min(shares.count, miners.count)
        let raw = shares.prefix(count).map(CStratumBridge.raw)
        let keys = miners.prefix(count).flatMap(\.bytes.bytes)
        return unsafe call { unsafe rp_stratum_replay($0, raw, keys, count) }
    }

    // MARK: Miners

    /// Answers logins, in any order and at any time.
    public func answer(_ answers: [LoginAnswer]) {
        unsafe call { unsafe CStratumBridge.answer($0, answers) }
    }

    /// Whether shares are taken: while they are not, each is tested as a block and refused. On at first.
    public func setAccepting(_ isAccepting: Bool) {
        unsafe call { unsafe rp_stratum_set_accepting($0, isAccepting) }
    }

    /// Shows a text on every miner that shows texts; 128 bytes of printable ASCII.
    public func show(_ text: String) {
        unsafe call { unsafe rp_stratum_show($0, text) }
    }

    /// The counters.
    public var metrics: StratumMetrics {
        unsafe call { unsafe CStratumBridge.metrics($0) }
    }

    // MARK: Takers

    /// The one intake of this server; nil from the second call on. To be made on the thread that uses it.
    public func makeIntake() -> StratumIntake? {
        hasIntake.exchange(true, ordering: .relaxed) ? nil : StratumIntake(self)
    }

    /// The one block feed of this server; nil from the second call on. To be made on the thread that uses it.
    public func makeBlockFeed() -> BlockFeed? {
        hasBlockFeed.exchange(true, ordering: .relaxed) ? nil : BlockFeed(self)
    }

    /// Waits for something to do, lets `body` do it, and answers the shares as `body` says.
    fileprivate func take(_ body: (borrowing Harvest) -> Bool) -> Bool {
        unsafe call { pointer in
            var raw = unsafe rp_stratum_harvest()
            unsafe rp_stratum_take(pointer, &raw)
            let isStored = unsafe body(Harvest(raw))
            if unsafe raw.share_count > 0 { unsafe rp_stratum_settle(pointer, isStored) }
            return unsafe !raw.finished
        }
    }

    fileprivate func takeBlock() -> SolvedBlock? {
        unsafe call { pointer in
            var raw = rp_stratum_block()
            while unsafe rp_stratum_take_block(pointer, &raw) {
                if let block = CStratumBridge.block(raw) { return block }
            }
            return nil
        }
    }
}

extension StratumServer.JobKind {
    fileprivate var raw: rp_stratum_job_kind {
        switch self {
        case .newTip: RP_STRATUM_JOB_NEW_TIP
        case .refresh: RP_STRATUM_JOB_REFRESH
        case .restored: RP_STRATUM_JOB_RESTORED
        case .restoredStale: RP_STRATUM_JOB_RESTORED_STALE
        }
    }
}

/// Takes what a server's miners bring. Belongs to the thread that made it.
public final class StratumIntake {
    private let server: StratumServer

    fileprivate init(_ server: StratumServer) {
        self.server = server
    }

    /// Waits until there is something to do and lets `body` do it.
    ///
    /// - Parameter body: returns whether the shares are durable: then they are answered `true`; else they are refused,
    ///   and may be sent again.
    /// - Returns: false when the server has stopped, and nothing will come any more.
    public func next(_ body: (borrowing Harvest) -> Bool) -> Bool {
        server.take(body)
    }
}

/// Takes the blocks that a server's miners solve. Belongs to the thread that made it.
public final class BlockFeed {
    private let server: StratumServer

    fileprivate init(_ server: StratumServer) {
        self.server = server
    }

    /// Waits for a solved block; nil when the server has stopped and there is none.
    public func next() -> SolvedBlock? {
        server.takeBlock()
    }
}
