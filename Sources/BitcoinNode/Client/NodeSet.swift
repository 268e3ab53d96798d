public import Bitcoin
public import Logging

/// Keeps templates coming from the best of several bitcoin nodes, and hands blocks to all of them.
///
/// Each node is watched. Templates come from the first in the list that is on the right chain, has caught up and gives
/// some: by a long poll, a timer, and at once when its publisher tells of a block. When it fails, the next takes over,
/// until it is back. While none is usable the set says so in `events`, and keeps asking. It works from `init` until
/// `stop()`.
public actor NodeSet {
    /// How a set behaves.
    public struct Settings: Sendable {
        /// A full template comes at least this often.
        public var refresh: Duration
        /// A rise of the coinbase's value by which a template on a known tip is published before its time.
        public var feeRise: Amount
        /// Between looks at a node that does well.
        public var watch: Duration
        /// The first wait after a failure; it doubles with each further one.
        public var firstRetry: Duration
        /// The longest wait after a failure.
        public var lastRetry: Duration
        /// How long another node that has not seen the newest block yet is not used for it.
        public var patience: Duration
        /// How often a block is offered to a node that cannot be asked.
        public var submitTries: Int
        /// The bounds of each node's calls.
        public var limits: RPCClient.Limits

        /// 30 s; 0.005 bitcoin; 5 s; 0.25 s to 10 s; 60 s; 6 tries.
        public init() {
            refresh = .seconds(30)
            feeRise = Amount(satoshis: 500_000) ?? .zero
            watch = .seconds(5)
            firstRetry = .milliseconds(250)
            lastRetry = .seconds(10)
            patience = .seconds(60)
            submitTries = 6
            limits = RPCClient.Limits()
        }
    }

    /// What there is to say, for one reader. A reader that lags behind loses the oldest of 64.
    public nonisolated let events: AsyncStream<NodeEvent>

    nonisolated let network: Network
    nonisolated let clients: [RPCClient]
    nonisolated let settings: Settings
    nonisolated let logger: Logger
    private nonisolated let continuation: AsyncStream<NodeEvent>.Continuation

    var statuses: [NodeStatus]
    /// The node that gives the templates.
    private var active: Int?
    /// Counts the changes of the active node, so that late templates of a former one are known.
    private var generation = 0
    private var feed: Task<Void, Never>?
    private var watchers: [Task<Void, Never>] = []
    private var sleepers: [Int: Task<Void, Never>] = [:]
    private var isStopped = false
    private var gate: TemplateGate
    /// The node whose tip was published last, and when.
    private var published: (node: Int, at: ContinuousClock.Instant)?
    private var lastHealth: [NodeHealth] = []

    /// Starts to watch the nodes.
    ///
    /// - Parameters:
    ///   - network: the chain that the nodes must be on. No node is used for signet, whose blocks need a signature in
    ///     their coinbase.
    ///   - endpoints: the nodes, the preferred one first.
    public init(network: Network, endpoints: [NodeEndpoint], settings: Settings = Settings(), logger: Logger) {
        self.network = network
        self.settings = settings
        self.logger = logger
        clients = endpoints.map { RPCClient(endpoint: $0, limits: settings.limits) }
        statuses = endpoints.map { NodeStatus(name: $0.name) }
        gate = TemplateGate(feeRise: settings.feeRise)
        (events, continuation) = AsyncStream.makeStream(of: NodeEvent.self, bufferingPolicy: .bufferingNewest(64))
        Task { await self.start() }
    }

    private func start() {
        guard !isStopped else {
            return
        }
        publishHealth()
        watchers = clients.indices.map { node in Task { await self.watch(node) } }
    }

    /// Ends all calls and the events.
    public func stop() async {
        isStopped = true
        let tasks = watchers + (feed.map { [$0] } ?? [])
        active = nil
        for task in tasks { task.cancel() }
        for sleeper in sleepers.values { sleeper.cancel() }
        for task in tasks { await task.value }
        continuation.finish()
    }

    /// The client of the node that gives the templates, for other calls; nil while no node is usable.
    public var activeClient: RPCClient? { active.map { clients[$0] } }

    /// How all nodes do, by priority.
    public var health: [NodeHealth] {
        statuses.indices.map { statuses[$0].health(isActive: $0 == active, isLagging: isLagging($0)) }
    }

    /// Asks the active node for a fresh template now; it comes in `events`. Does nothing while no node is usable.
    public func refresh() async {
        guard let active else {
            return
        }
        let generation = generation
        if let error = await fetch(from: active, generation, isWanted: true) {
            feedEnded(active, generation, error)
        }
    }

    // MARK: Watching

    private func watch(_ node: Int) async {
        while !isStopped {
            let report = await probe(node, isProven: statuses[node].state == .ready)
            guard !isStopped else {
                return
            }
            // What was asked before a failure says nothing of the time after it.
            if !statuses[node].hasFailed { record(report, of: node) }
            repeat {
                await sleep(node, for: statuses[node].wait(settings))
            } while statuses[node].takeFailure() && !isStopped
        }
    }

    /// Waits, until the time is over or somebody wants to know how the nodes do.
    private func sleep(_ node: Int, for duration: Duration) async {
        guard !isStopped else {
            return
        }
        let sleeper = Task { () -> Void in try? await Task.sleep(for: duration) }
        sleepers[node] = sleeper
        await sleeper.value
    }

    private func record(_ report: NodeStatus.Report, of node: Int) {
        let before = statuses[node].state
        statuses[node].record(report)
        if statuses[node].state != before {
            logger.notice(
                "node is \(statuses[node].state.rawValue)",
                metadata: ["node": "\(statuses[node].name)", "reason": "\(statuses[node].lastError ?? "")"])
        }
        chooseActive()
    }

    /// Whether another node is ahead of a node by more than the block that may be on its way.
    private func isLagging(_ node: Int) -> Bool {
        let best = statuses.compactMap { $0.state == .ready ? $0.height : nil }.max() ?? 0
        return (statuses[node].height ?? 0) + 1 < best
    }

    /// Whether a node may give the templates now.
    private func isUsable(_ node: Int) -> Bool {
        guard statuses[node].state == .ready, !isLagging(node) else {
            return false
        }
        guard let published, let tipHeight = gate.tipHeight, published.node != node else {
            return true
        }
        return (statuses[node].height ?? 0) >= tipHeight || published.at.duration(to: .now) > settings.patience
    }

    private func chooseActive() {
        let best = statuses.indices.first { isUsable($0) }
        if best != active, !isStopped {
            feed?.cancel()
            feed = nil
            active = best
            generation += 1
            if let best {
                logger.notice("templates come from this node", metadata: ["node": "\(statuses[best].name)"])
                let generation = generation
                feed = Task(priority: .high) { await self.runFeed(from: best, generation) }
            } else {
                logger.error("no bitcoin node is usable")
            }
        }
        publishHealth()
    }

    private func publishHealth() {
        let health = health
        guard health != lastHealth else {
            return
        }
        lastHealth = health
        continuation.yield(.health(health))
    }

    // MARK: Templates

    private nonisolated func runFeed(from node: Int, _ generation: Int) async {
        let error = await feed(from: node, generation)
        await feedEnded(node, generation, error)
    }

    /// Takes the templates away from a node that failed, and looks at all nodes anew.
    private func feedEnded(_ node: Int, _ generation: Int, _ error: NodeError) {
        guard generation == self.generation, !isStopped else {
            return
        }
        logger.warning("node failed", metadata: ["node": "\(statuses[node].name)", "reason": "\(error)"])
        statuses[node].fail(error)
        chooseActive()
        for sleeper in sleepers.values { sleeper.cancel() }
    }

    /// Judges a template, and publishes its head if the tip is new.
    func admit(_ template: NodeTemplate, from node: Int, _ generation: Int, isWanted: Bool) -> TemplateGate.Verdict {
        guard generation == self.generation, !isStopped else {
            return .known
        }
        let verdict = gate.admit(template, isWanted: isWanted)
        if verdict == .newTip { continuation.yield(.head(template.head, receivedAt: template.receivedAt)) }
        if verdict != .doubtful {
            published = (node, .now)
            statuses[node].height = template.head.height - 1
            publishHealth()
        }
        return verdict
    }

    /// Publishes an admitted template, unless a newer one has come meanwhile.
    func publish(_ block: BlockTemplate, of template: NodeTemplate, _ generation: Int) {
        guard generation == self.generation, !isStopped, gate.isCurrent(template) else {
            return
        }
        continuation.yield(.template(block, receivedAt: template.receivedAt))
    }

    /// Takes back the admission of a template that cannot be read.
    func withdraw(_ template: NodeTemplate) {
        gate.withdraw(template)
    }
}
