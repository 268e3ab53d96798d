public import Bitcoin
public import Wire

/// One member's part in the log over all epochs (docs/protocol/broadcast.md, Epoch end): the core of the epoch that
/// runs, and those of the epochs before it for members that are behind.
///
/// Pure like the cores. Authors have other indices in other epochs, so that inputs name peers by their keys and
/// effects name their epoch.
public struct Succession: Sendable {
    /// What a member brings along into every epoch.
    public struct Member: Sendable {
        /// The identity key.
        public let key: XOnlyKeyBytes
        /// Signs with it.
        public let signer: any VertexSigner
        /// Checks others' signatures.
        public let checker: any SignatureChecker
        /// Makes the gate of an epoch at its start.
        public let gate: @Sendable (Epoch) -> any EchoGate
        /// The paces.
        public let settings: BroadcastSettings
        package var rules = Rules.product

        /// A member.
        public init(
            key: XOnlyKeyBytes, signer: any VertexSigner, checker: any SignatureChecker, settings: BroadcastSettings,
            gate: @escaping @Sendable (Epoch) -> any EchoGate
        ) {
            self.key = key
            self.signer = signer
            self.checker = checker
            self.settings = settings
            self.gate = gate
        }
    }

    /// An effect in an epoch: author indices are those of its configuration.
    public struct EpochEffect: Sendable {
        /// The epoch's number.
        public let epoch: UInt64
        /// What is to be done.
        public let effect: Effect
    }

    /// A log entry with the number of its epoch.
    public struct EpochEntry: Hashable, Sendable {
        /// The epoch's number.
        public let epoch: UInt64
        /// The entry.
        public let entry: LogEntry

        /// An entry of an epoch.
        public init(epoch: UInt64, entry: LogEntry) {
            self.epoch = epoch
            self.entry = entry
        }
    }

    /// What happens to a member.
    public enum Input: Sendable {
        /// Bytes from the owner of a key, over a channel that proves it.
        case received(from: XOnlyKeyBytes, bytes: [UInt8])
        /// Vertices that a `recall` of an epoch asked for.
        case recalled(epoch: UInt64, frames: [VertexFrame])
        /// Records for the own lane of the epoch that runs. Where the member has none they are quarantined.
        case records([[UInt8]], isControl: Bool)
        /// What the own node says of the chain now.
        case facts(ChainFacts?)
        /// What the ledger came to after a commit at which there is to be a checkpoint; the last commit of every
        /// epoch is one. The commit is durable.
        case ledgerRoot(commit: UInt64, root: Hash256)
        /// Nothing but time.
        case wake
    }

    /// How many ended epochs are kept for members that are behind.
    public static let keptEpochs = 4

    /// The core of an epoch.
    private struct Part {
        var core: BroadcastCore
        /// The authors' indices by their keys: looked up, never walked.
        let places: [XOnlyKeyBytes: Int]
    }

    private let member: Member
    /// The newest epoch in which the member has a lane. It has ended only where its successor has no lane for the
    /// member. Not in the list with the others: a core is large, and looking into a list copies what stands there.
    private var current: Part
    /// The ended epochs before it, ascending by their numbers.
    private var former: [Part] = []
    /// When each of those wants to be woken.
    private var formerWakes: [UInt64] = []
    private var facts: ChainFacts?
    /// Names this start of the process; nil for a log that is only read.
    private var start: UInt64?

    /// A member at the start of an epoch in which it has a lane, before it says anything: `restore` comes first.
    ///
    /// - Parameter configuration: that of the first epoch which the log holds; nil is returned where the member is
    ///   no author of it.
    public init?(_ configuration: EpochConfiguration, _ member: Member) {
        guard let first = Self.part(of: configuration, member) else { return nil }
        self.member = member
        current = first
    }

    /// The core of the newest epoch in which the member has a lane.
    public var newest: BroadcastCore {
        _read { yield current.core }
    }
    /// The configurations of the epochs that are in memory, the newest last.
    public var configurations: [EpochConfiguration] { (former + [current]).map(\.core.configuration) }
    /// What the newest epoch's core holds.
    package var footprint: BroadcastFootprint { current.core.footprint }
    /// The number of the newest commit.
    public var commitNumber: UInt64 { current.core.commitNumber }
    /// When `step(.wake)` is wanted at the latest, milliseconds.
    public var wakeTime: UInt64 { formerWakes.reduce(current.core.wakeTime, min) }

    /// Rebuilds the state from the log's entries, in their order, and gives the commits that follow from them.
    ///
    /// - Parameter start: names this start of the process among all; nil for a log that is read and never spoken from.
    public mutating func restore(_ entries: [EpochEntry], start: UInt64?) -> [Commit] {
        self.start = start
        var commits: [Commit] = []
        var isOpen = true
        while isOpen {
            let number = current.core.configuration.number
            let part = entries.filter { $0.epoch == number }.map(\.entry)
            commits += current.core.restore(part, start: start)
            isOpen = current.core.successor.map { open($0) } ?? false
        }
        return commits
    }

    /// Takes what happened at a time in milliseconds, and says what is to be done.
    public mutating func step(_ input: Input, now: UInt64) -> [EpochEffect] {
        switch input {
        case .received(let key, let bytes):
            return receive(bytes, from: key, now: now)
        case .recalled(let epoch, let frames):
            if epoch == current.core.configuration.number { return stepNewest(.recalled(frames), now: now) }
            let index = former.firstIndex { $0.core.configuration.number == epoch }
            return index.map { step(former: $0, .recalled(frames), now: now) } ?? []
        case .records(let records, let isControl):
            guard current.core.successor == nil else {
                return [EpochEffect(epoch: current.core.configuration.number, effect: .quarantine(records))]
            }
            return stepNewest(.records(records, isControl: isControl), now: now)
        case .facts(let facts):
            self.facts = facts
            return stepNewest(.facts(facts), now: now)
        case .ledgerRoot(let commit, let root):
            if current.core.configuration.firstCommit < commit {
                return stepNewest(.ledgerRoot(commit: commit, root: root), now: now)
            }
            let index = former.lastIndex { $0.core.configuration.firstCommit < commit }
            return index.map { step(former: $0, .ledgerRoot(commit: commit, root: root), now: now) } ?? []
        case .wake: return wake(now)
        }
    }

    private mutating func wake(_ now: UInt64) -> [EpochEffect] {
        if former.isEmpty { return current.core.wakeTime <= now ? stepNewest(.wake, now: now) : [] }
        // The former ones step first, for the newest may become one of them; what it says goes before.
        var effects: [[EpochEffect]] = []
        for index in former.indices where formerWakes[index] <= now {
            effects.append(step(former: index, .wake, now: now))
        }
        if current.core.wakeTime <= now { effects.append(stepNewest(.wake, now: now)) }
        return effects.reversed().flatMap { $0 }
    }

    /// A frame goes to the core of its epoch. Checkpoints and commits at an epoch's end bear the next one's id.
    private mutating func receive(_ bytes: [UInt8], from key: XOnlyKeyBytes, now: UInt64) -> [EpochEffect] {
        let id = Frame.epochID(of: bytes)
        if let peer = current.places[key], former.isEmpty || current.core.isAddressed(bytes, id, by: peer) {
            return stepNewest(.received(from: peer, bytes: bytes), now: now)
        }
        for index in former.indices.reversed() {
            guard let peer = former[index].places[key], former[index].core.isAddressed(bytes, id, by: peer) else {
                continue
            }
            return step(former: index, .received(from: peer, bytes: bytes), now: now)
        }
        return []
    }

    private mutating func step(former index: Int, _ input: Broadcast.Input, now: UInt64) -> [EpochEffect] {
        let number = former[index].core.configuration.number
        let effects = former[index].core.step(input, now: now)
        formerWakes[index] = former[index].core.wakeTime
        return effects.map { EpochEffect(epoch: number, effect: $0) }
    }

    private mutating func stepNewest(_ input: Broadcast.Input, now: UInt64) -> [EpochEffect] {
        let number = current.core.configuration.number
        let hadEnded = current.core.hasEnded
        var effects = current.core.step(input, now: now).map { EpochEffect(epoch: number, effect: $0) }
        guard !hadEnded, current.core.hasEnded, let next = current.core.successor, open(next) else {
            return effects
        }
        // The process may have come here from an old log: in this epoch too the member may have spoken before.
        if let start { current.core.beginInquiry(start: start) }
        effects += stepNewest(.facts(facts), now: now)
        return effects
    }

    /// Opens an epoch if the member has a lane in it.
    private mutating func open(_ configuration: EpochConfiguration) -> Bool {
        guard let next = Self.part(of: configuration, member) else { return false }
        former.append(current)
        formerWakes.append(current.core.wakeTime)
        if former.count > Self.keptEpochs {
            former.removeFirst()
            formerWakes.removeFirst()
        }
        current = next
        return true
    }

    /// The start of an epoch; nil where the member has no lane in it.
    private static func part(of configuration: EpochConfiguration, _ member: Member) -> Part? {
        let epoch = Epoch(configuration)
        guard let author = epoch.index(of: member.key) else { return nil }
        let core = BroadcastCore(
            epoch: epoch, author: author, signer: member.signer, checker: member.checker, gate: member.gate(epoch),
            settings: member.settings, rules: member.rules)
        let places = Dictionary(uniqueKeysWithValues: configuration.authors.enumerated().map { ($1.key, $0) })
        return Part(core: core, places: places)
    }
}

extension BroadcastCore {
    fileprivate var hasEnded: Bool { successor != nil }

    /// Whether a peer's frame that bears an epoch's id is for this epoch.
    fileprivate func isAddressed(_ bytes: [UInt8], _ id: Hash256?, by peer: Int) -> Bool {
        let kind = Frame.kind(of: bytes)
        if kind == .commits ? catchUp.isAsking(peer) : epoch.id == id { return true }
        return kind == .checkpoint && isHandingOver(bytes)
    }

    /// Whether a frame is a signature of the epoch's last checkpoint, which bears the next epoch's id.
    private func isHandingOver(_ bytes: [UInt8]) -> Bool {
        guard let successor, case .checkpoint(let frame)? = try? Frame(decoding: bytes) else { return false }
        return frame.checkpoint.commit == successor.firstCommit && checkpoints.concerns(frame.checkpoint)
    }
}
