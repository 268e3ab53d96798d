public import Bitcoin
public import BitcoinNode
internal import Foundation
public import Logging
internal import Shares
public import Storage
public import Stratum
public import Wire

/// The pool server of one MSP: nodes to jobs, miners' shares to the journal, blocks to the nodes.
///
/// Everything is ready when `init` returns; miners are let in when a node gave the first template.
public final class PoolEngine: Sendable {
    /// What an engine is made with.
    public struct Settings: Sendable {
        /// The syndicate.
        public var genesis: Genesis
        /// The MSP's identity key.
        public var msp: XOnlyKeyBytes
        /// Ports and limits of the stratum server. An empty token key stands for one that is kept in the data
        /// directory; the seed is drawn anew.
        public var stratum: StratumConfiguration
        /// Bytes that name the pool in the coinbase, at most 20.
        public var coinbaseTag: [UInt8] = []
        /// Who may become a miner.
        public var accounts = AccountPolicy()
        /// Asks the operator's webhook about a new miner, where the policy says so.
        public var approve: @Sendable (AccountApplication) async -> Bool = { _ in false }
        /// How many workers the statistics tell apart, at most 65,535.
        public var maximumWorkers = 20_000
        /// How long shares are taken while no node gives templates.
        public var nodeAbsence: Duration = .seconds(600)

        /// Settings with defaults for the rest.
        public init(genesis: Genesis, msp: XOnlyKeyBytes, stratum: StratumConfiguration) {
            self.genesis = genesis
            self.msp = msp
            self.stratum = stratum
        }
    }

    private let identity: PoolSnapshot.Identity
    private let server: StratumServer
    private let board: JobBoard
    private let statistics: PoolStatistics
    private let writer: JournalWriter
    private let nodes: NodeSet
    private let endRefreshes: @Sendable () -> Void
    private let tasks: Tasks

    /// What runs until the server has stopped, and what runs until the nodes have.
    private struct Tasks {
        let serving: [Task<Void, Never>]
        let feeding: [Task<Void, Never>]
    }

    /// Opens the journal of a data directory, verifies it, binds the ports and starts.
    ///
    /// - Parameters:
    ///   - directory: the data directory; the engine holds its lock from now on.
    ///   - nodes: where templates come from and blocks go to; the engine stops them when it stops.
    /// - Throws: `StorageError`, `StratumError` or `CoinbaseLayoutError`.
    public init(_ settings: Settings, directory: DataDirectory, nodes: NodeSet, logger: Logger) throws {
        let syndicate = settings.genesis.syndicateID
        let store = try Store(directory, identity: StoreIdentity(syndicate: syndicate, msp: settings.msp))
        let journal = try ShareJournal(store)
        try Self.verify(journal)
        let statistics = PoolStatistics(maximumWorkers: settings.maximumWorkers)
        let (groups, minerCount) = (journal.groupCount, journal.nextMinerNumber)
        statistics.withJournal { snapshot in
            snapshot.groups = groups
            snapshot.miners = minerCount
        }
        let accounts = AccountBook(
            network: settings.genesis.network, policy: settings.accounts, miners: try journal.miners())
        let maker = try Self.maker(settings)
        let server = try StratumServer(Self.configuration(settings.stratum, directory))
        let board = JobBoard()
        let (refreshes, refresh) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let writer = JournalWriter(
            JournalWriter.Parts(
                server: server, board: board, statistics: statistics, logger: logger, approve: settings.approve,
                wantRefresh: { refresh.yield() }),
            journal: journal, accounts: accounts)
        let feed = JobFeed(
            JobFeed.Parts(
                server: server, nodes: nodes, board: board, writer: writer, statistics: statistics, maker: maker,
                nodeAbsence: settings.nodeAbsence, logger: logger),
            sequence: JobSequence(store))
        let submitter = BlockSubmitter(
            server: server, nodes: nodes, board: board, statistics: statistics, logger: logger)
        identity = PoolSnapshot.Identity(
            network: settings.genesis.network, syndicate: maker.identity.syndicate, msp: maker.identity.msp)
        (self.server, self.board, self.statistics) = (server, board, statistics)
        (self.writer, self.nodes) = (writer, nodes)
        tasks = Tasks(
            serving: Self.serve(writer, submitter),
            feeding: [
                Task { await feed.run() },
                Task { for await _ in refreshes { await feed.wantRefresh() } },
            ])
        endRefreshes = { refresh.finish() }
    }

    /// Reads what will be restored when the first template says on which tip, so that damage stops the start.
    private static func verify(_ journal: ShareJournal) throws(StorageError) {
        let jobs = try journal.latestJobs(RestorePlan.lookBack)
        guard let last = jobs.last else { return }
        let plan = RestorePlan(jobs, tip: last.header.previousBlock, height: last.coinbase.height)
        if let firstJob = plan.firstJob { try journal.replay(from: firstJob) { _, _ in } }
    }

    private static func maker(_ settings: Settings) throws(CoinbaseLayoutError) -> JobMaker {
        // Until there is a log, its position is its beginning (docs/protocol/genesis.md).
        let syndicate = settings.genesis.syndicateID
        let identity = StratumJob.Identity(
            syndicate: SyndicateID(syndicate), msp: MSPID(Hash256(settings.msp)),
            logPosition: LogPosition(k: 0, hash: syndicate))
        return try JobMaker(
            network: settings.genesis.network, identity: identity, custodyScript: settings.genesis.bootstrapScript,
            tag: settings.coinbaseTag, versionMask: settings.stratum.versionMask)
    }

    private static func configuration(
        _ configuration: StratumConfiguration, _ directory: DataDirectory
    ) throws(StorageError) -> StratumConfiguration {
        var configuration = configuration
        if configuration.tokenKey.isEmpty { configuration.tokenKey = try ResumeSecret.load(directory) }
        var generator = SystemRandomNumberGenerator()
        configuration.seed = generator.next()
        return configuration
    }

    /// Starts the threads between the stratum server and the rest; the tasks end when the server has stopped.
    private static func serve(_ writer: JournalWriter, _ submitter: BlockSubmitter) -> [Task<Void, Never>] {
        let (blocks, found) = AsyncStream.makeStream(of: SolvedBlock.self)
        return [
            Task { await onThread("radpool.journal") { writer.run() } },
            Task { await onThread("radpool.blocks") { submitter.wait(found) } },
            Task { await submitter.run(blocks) },
        ]
    }

    /// Runs `body`, which blocks, on a thread of its own.
    private static func onThread(_ name: String, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                body()
                continuation.resume()
            }
            thread.name = name
            thread.start()
        }
    }

    // MARK: Use

    /// Everything that the pool server shows of itself, now. Holds up no share for longer than a copy takes.
    public var snapshot: PoolSnapshot {
        var snapshot = PoolSnapshot(identity: identity)
        statistics.fill(&snapshot)
        snapshot.stratum = server.metrics
        (snapshot.job, snapshot.publishedJobs) = board.snapshot(now: MonotonicClock.now)
        return snapshot
    }

    /// The port of a stratum listener, by its place in the settings; nil beyond the last.
    public func port(ofListener index: Int) -> UInt16? {
        server.port(ofListener: index)
    }

    /// Registered miners from a number on, at most `count`, in the order of their numbers.
    public func miners(from number: UInt32, count: Int) -> [MinerRegistration] {
        writer.miners(from: number, count: count)
    }

    /// Registers a miner, or says why not; a new account is stored when this returns.
    ///
    /// - Parameter isOperator: whether the operator asks, to whom neither the rule nor the webhook applies.
    public func register(_ application: AccountApplication, isOperator: Bool) async -> AccountDecision {
        await withCheckedContinuation { continuation in
            writer.request(
                .register(application, isOperator: isOperator, answer: { continuation.resume(returning: $0) }))
        }
    }

    /// Shows a text on every miner that shows texts; 128 bytes of printable ASCII.
    public func show(_ text: String) {
        server.show(text)
    }

    /// Stops: no connections any more, what waits for the disk is answered, miners are told to reconnect, blocks are
    /// submitted; then the nodes are left. Returns when all of it is done.
    public func stop() async {
        server.stop()
        for task in tasks.serving { await task.value }
        endRefreshes()
        await nodes.stop()
        for task in tasks.feeding { await task.value }
    }
}
