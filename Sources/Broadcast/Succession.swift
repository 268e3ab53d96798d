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

    private let member: Member
    /// Ascending by the epochs' numbers; all but the last have ended, and the last too where its successor has no
    /// lane for the member.
    private var cores: [BroadcastCore] = []
    /// For each core the authors' indices by their keys: looked up, never iterated.
    private var indices: [[XOnlyKeyBytes: Int]] = []
    private var facts: ChainFacts?
    /// Names this start of the process; nil for a log that is only read.
    private var start: UInt64?

    /// A member at the start of an epoch in which it has a lane, before it says anything: `restore` comes first.
    ///
    /// - Parameter configuration: that of the first epoch which the log holds; nil is returned where the member is
    ///   no author of it.
    public init?(_ configuration: EpochConfiguration, _ member: Member) {
        self.member = member
        guard open(configuration) else { return nil }
    }

    /// The core of the newest epoch in which the member has a lane.
    public var newest: BroadcastCore {
        _read { yield cores[cores.count - 1] }
    }
    /// The configurations of the epochs that are in memory, the newest last.
    public var configurations: [EpochConfiguration] { cores.indices.map { cores[$0].epoch.configuration } }
    /// The number of the newest commit.
    public var commitNumber: UInt64 { newest.commitNumber }
    /// When `step(.wake)` is wanted at the latest, milliseconds.
    public var wakeTime: UInt64 {
        // By index: a core is large and is not to be copied.
        cores.indices.reduce(.max) { min($0, cores[$1].wakeTime) }
    }

    /// Rebuilds the state from the log's entries, in their order, and gives the commits that follow from them.
    ///
    /// - Parameter start: names this start of the process among all; nil for a log that is read and never spoken from.
    public mutating func restore(_ entries: [EpochEntry], start: UInt64?) -> [Commit] {
        self.start = start
        var commits: [Commit] = []
        var isOpen = true
        while isOpen {
            let number = newest.epoch.configuration.number
            let part = entries.filter { $0.epoch == number }.map(\.entry)
            commits += cores[cores.count - 1].restore(part, start: start)
            isOpen = newest.successor.map { open($0) } ?? false
        }
        return commits
    }

    /// Takes what happened at a time in milliseconds, and says what is to be done.
    public mutating func step(_ input: Input, now: UInt64) -> [EpochEffect] {
        switch input {
        case .received(let key, let bytes):
            return receive(bytes, from: key, now: now)
        case .recalled(let epoch, let frames):
            guard let index = cores.indices.first(where: { cores[$0].epoch.configuration.number == epoch }) else {
                return []
            }
            return step(index, .recalled(frames), now: now)
        case .records(let records, let isControl):
            guard newest.successor == nil else {
                return [EpochEffect(epoch: newest.epoch.configuration.number, effect: .quarantine(records))]
            }
            return step(cores.count - 1, .records(records, isControl: isControl), now: now)
        case .facts(let facts):
            self.facts = facts
            return step(cores.count - 1, .facts(facts), now: now)
        case .ledgerRoot(let commit, let root):
            let index = cores.indices.last { cores[$0].epoch.configuration.firstCommit < commit }
            return index.map { step($0, .ledgerRoot(commit: commit, root: root), now: now) } ?? []
        case .wake:
            return cores.indices.filter { cores[$0].wakeTime <= now }.reversed()
                .flatMap { step($0, .wake, now: now) }
        }
    }

    /// A frame goes to the core of its epoch. Checkpoints and commits at an epoch's end bear the next one's id.
    private mutating func receive(_ bytes: [UInt8], from key: XOnlyKeyBytes, now: UInt64) -> [EpochEffect] {
        if cores.count == 1 {
            return indices[0][key].map { step(0, .received(from: $0, bytes: bytes), now: now) } ?? []
        }
        let kind = Frame.kind(of: bytes)
        let id = Frame.epochID(of: bytes)
        for index in cores.indices.reversed() {
            guard let peer = indices[index][key] else { continue }
            let isOwn = kind == .commits ? cores[index].catchUp.isAsking(peer) : cores[index].epoch.id == id
            guard isOwn || kind == .checkpoint && cores[index].isHandingOver(bytes) else { continue }
            return step(index, .received(from: peer, bytes: bytes), now: now)
        }
        return []
    }

    private mutating func step(_ index: Int, _ input: Broadcast.Input, now: UInt64) -> [EpochEffect] {
        let number = cores[index].epoch.configuration.number
        let hadEnded = cores[index].successor != nil
        var effects = cores[index].step(input, now: now).map { EpochEffect(epoch: number, effect: $0) }
        guard index == cores.count - 1, !hadEnded, let next = cores[index].successor, open(next) else {
            return effects
        }
        // The process may have come here from an old log: in this epoch too the member may have spoken before.
        if let start { cores[cores.count - 1].beginInquiry(start: start) }
        effects += step(cores.count - 1, .facts(facts), now: now)
        return effects
    }

    /// Opens an epoch if the member has a lane in it.
    private mutating func open(_ configuration: EpochConfiguration) -> Bool {
        let epoch = Epoch(configuration)
        guard let author = epoch.index(of: member.key) else { return false }
        cores.append(
            BroadcastCore(
                epoch: epoch, author: author, signer: member.signer, checker: member.checker,
                gate: member.gate(epoch), settings: member.settings, rules: member.rules))
        indices.append(
            Dictionary(uniqueKeysWithValues: configuration.authors.enumerated().map { ($1.key, $0) }))
        if cores.count > Self.keptEpochs + 1 {
            cores.removeFirst()
            indices.removeFirst()
        }
        return true
    }
}

extension BroadcastCore {
    /// Whether a frame is a signature of the epoch's last checkpoint, which bears the next epoch's id.
    fileprivate func isHandingOver(_ bytes: [UInt8]) -> Bool {
        guard let successor, case .checkpoint(let frame)? = try? Frame(decoding: bytes) else { return false }
        return frame.checkpoint.commit == successor.firstCommit && checkpoints.concerns(frame.checkpoint)
    }
}
