public import Bitcoin
public import Wire

/// One member in one epoch: reliable broadcast of all lanes, and their order (docs/protocol/broadcast.md).
///
/// Pure: bytes and time go in, effects come out, and the same inputs give the same effects. Total: no bytes trap.
public struct BroadcastCore: Sendable {
    let epoch: Epoch
    /// The member's own index among the authors.
    let author: Int
    let signer: any VertexSigner
    let checker: any SignatureChecker
    let settings: BroadcastSettings
    let rules: Rules

    var gate: any EchoGate
    var graph: Graph
    var order: Order
    var windows: [LaneWindow]
    var own = OwnLane()
    var rounds: RoundClock
    var peers: [Peer]
    /// What is known of each author's equivocation.
    var evidence: [EvidenceState]
    var checkpoints: CheckpointKeeper
    var catchUp = CatchUp.idle
    var recovery: Recovery
    var marks: CloseMarks
    /// What follows the epoch; nil until it has ended.
    var successor: EpochConfiguration?
    /// Milliseconds; never goes back.
    var now: UInt64 = 0
    var statusTime: UInt64 = 0
    /// When the next pull is due; `.max` for none.
    var pullTime = UInt64.max
    var out = Outbox()
    /// Lanes in which something may happen.
    var dirty: DirtyLanes

    /// When `step(.wake)` is wanted at the latest, milliseconds.
    public private(set) var wakeTime: UInt64 = 0
    /// What was dropped or found wrong since the start.
    public internal(set) var counters = BroadcastCounters()

    /// A member at the start of an epoch.
    ///
    /// - Parameter author: the member's index among the authors of the epoch.
    public init(
        epoch: Epoch, author: Int, signer: any VertexSigner, checker: any SignatureChecker, gate: any EchoGate,
        settings: BroadcastSettings = BroadcastSettings()
    ) {
        self.init(
            epoch: epoch, author: author, signer: signer, checker: checker, gate: gate, settings: settings,
            rules: .product)
    }

    package init(
        epoch: Epoch, author: Int, signer: any VertexSigner, checker: any SignatureChecker, gate: any EchoGate,
        settings: BroadcastSettings, rules: Rules
    ) {
        precondition((0..<epoch.authorCount).contains(author), "a member has a lane")
        self.epoch = epoch
        self.author = author
        self.signer = signer
        self.checker = checker
        self.gate = gate
        self.settings = settings
        self.rules = rules
        graph = Graph(epoch)
        order = Order(epoch, rules: rules)
        windows = [LaneWindow](repeating: LaneWindow(), count: epoch.authorCount)
        rounds = RoundClock(voterCount: epoch.voters.count, settings: settings)
        peers = [Peer](repeating: Peer(checksLeft: settings.signatureChecks), count: epoch.authorCount)
        evidence = [EvidenceState](repeating: .none, count: epoch.authorCount)
        checkpoints = CheckpointKeeper(epoch)
        dirty = DirtyLanes(count: epoch.authorCount)
        recovery = Recovery(authorCount: epoch.authorCount)
        marks = CloseMarks(epoch, rules: rules)
    }

    /// What the epoch fixes.
    public var configuration: EpochConfiguration { epoch.configuration }
    /// The number of the newest commit.
    public var commitNumber: UInt64 { order.number }
    /// H of the newest commit.
    public var commitHash: Hash256 { order.hash }
    /// The number of the newest checkpoint that Q voters signed; 0 for none.
    public var certifiedCommit: UInt64 { checkpoints.certified }
    /// Whether others came to something else and the member signs nothing more.
    public var isHalted: Bool { checkpoints.isHalted }
    /// The configuration of the epoch that follows this one; nil until it has ended.
    public var nextConfiguration: EpochConfiguration? { successor }
    /// Whether others are asked what this member did before its start; until they answer it says nothing.
    public var isAskingOthers: Bool { recovery.inquiry != nil }
    /// For each author the newest delivered sequence.
    public var deliveredSequences: [UInt64] { windows.map(\.delivered) }
    /// For each author the newest committed sequence.
    public var committedSequences: [UInt64] { graph.lanes.map(\.committed) }
    /// How many own records wait for a vertex.
    public var pendingRecordCount: Int { own.pending.count + own.pendingControl.count }

    /// Takes what happened at a time in milliseconds, and says what is to be done.
    public mutating func step(_ input: Input, now: UInt64) -> [Effect] {
        self.now = max(self.now, now)
        switch input {
        case .received(let peer, let bytes): receive(bytes, from: peer)
        case .records(let records, let isControl): own.append(records, isControl: isControl)
        case .facts(let facts): own.facts = facts
        case .recalled(let frames): takeRecalled(frames)
        case .ledgerRoot(let commit, let root): sign(commit, root: root)
        case .wake: break
        }
        settle()
        keepTime()
        wakeTime = nextTime
        return flush()
    }

    /// Rebuilds the state from the log's entries, in their order, and gives the commits that follow from them.
    ///
    /// - Parameter start: names this start of the process among all; the member asks the others whether the log is
    ///   old before it says anything. Nil for a log that is read and never spoken from.
    public mutating func restore(_ entries: [LogEntry], start: UInt64?) -> [Commit] {
        for entry in entries { restore(entry) }
        finishRestoring()
        let commits = out.commits
        out = Outbox()
        if let start { beginInquiry(start: start) }
        return commits
    }

    private var nextTime: UInt64 {
        min(statusTime, pullTime, catchUp.deadline, creationTime ?? .max)
    }

    /// The voter's position of this member; nil for an author that does not vote.
    var position: Int? { epoch.positions[author] }

    /// Lets everything happen that can.
    private mutating func settle() {
        repeat {
            while let lane = dirty.pop() { progress(lane) }
        } while createIfDue()
    }

    private mutating func keepTime() {
        if now >= statusTime { sendStatus() }
        if now >= pullTime { sendPulls() }
        if now >= catchUp.deadline { giveUpCatchUp() }
    }

    private mutating func flush() -> [Effect] {
        if out.isEmpty { return [] }
        if !out.votes.isEmpty {
            for start in stride(from: 0, to: out.votes.count, by: VotesFrame.maximumCount) {
                let votes = Array(out.votes[start..<min(start + VotesFrame.maximumCount, out.votes.count)])
                out.effects.append(
                    .send(to: nil, frame: Frame.votes(VotesFrame(epoch: epoch.id, votes: votes)).encoded()))
            }
        }
        var effects: [Effect] = []
        effects.reserveCapacity(1 + out.effects.count + out.commits.count)
        if !out.log.isEmpty { effects.append(.persist(out.log)) }
        effects += out.effects
        effects += out.commits.map(Effect.commit)
        if let next = out.closing { effects.append(.closed(next: next, unordered: unorderedRecords)) }
        out.clear()
        return effects
    }
}

/// What a step wants done.
struct Outbox: Sendable {
    var log: [LogEntry] = []
    /// Own votes for all.
    var votes: [Vote] = []
    var effects: [Effect] = []
    var commits: [Commit] = []
    /// The epoch has ended in this step.
    var closing: EpochConfiguration?

    var isEmpty: Bool {
        log.isEmpty && votes.isEmpty && effects.isEmpty && commits.isEmpty && closing == nil
    }

    mutating func clear() {
        log.removeAll(keepingCapacity: true)
        votes.removeAll(keepingCapacity: true)
        effects.removeAll(keepingCapacity: true)
        commits.removeAll(keepingCapacity: true)
        closing = nil
    }
}

/// What is known of a peer.
struct Peer: Sendable {
    /// What it had delivered at its status before; empty before the first.
    var delivered: [UInt64] = []
    /// What the member itself had delivered then.
    var deliveredHere: [UInt64] = []
    /// The newest checkpoint that it had a certificate of at that status; nil before the first.
    var certified: UInt64?
    /// When its status was answered last.
    var answerTime: UInt64?
    /// The own newest commit at that time.
    var ownCommit: UInt64?
    /// When its question about itself was answered last.
    var recoveryTime: UInt64?
    /// Until when it is not asked for commits, because it brought nothing.
    var catchUpPause: UInt64 = 0
    /// Signatures of its vertices that are still checked until the next status.
    var checksLeft: Int
}

/// How far the evidence against an author has come.
enum EvidenceState: Hashable, Sendable {
    case none
    /// It is in the log and waits for the own lane's next vertex, or is in one.
    case known
    /// It is committed: the author is not echoed any more.
    case committed
}

/// Lanes to look at, each once.
struct DirtyLanes: Sendable {
    private var stack: [Int] = []
    private var isListed: [Bool]

    init(count: Int) {
        isListed = [Bool](repeating: false, count: count)
    }

    mutating func insert(_ lane: Int) {
        guard !isListed[lane] else { return }
        isListed[lane] = true
        stack.append(lane)
    }

    mutating func insertAll() {
        for lane in isListed.indices { insert(lane) }
    }

    mutating func pop() -> Int? {
        guard let lane = stack.popLast() else { return nil }
        isListed[lane] = false
        return lane
    }
}
