internal import Broadcast
internal import Wire

/// Shows all that correct members do to the checks, and keeps what they find.
struct Watcher {
    private(set) var violations: [Violation] = []
    private(set) var order: OrderCheck
    private(set) var records: RecordCheck
    private var agreement: AgreementCheck
    private var delivery: DeliveryCheck
    private var votes: VoteCheck
    private var footprint: FootprintCheck
    private var signatures = SignatureCheck()
    private var progress = ProgressCheck()
    /// When each commit was first made, and when the last one was made by anybody.
    private var commitTimes: [UInt64] = []
    private var newestTime: UInt64 = 0
    private(set) var evidence: EvidenceCheck
    private let shape: ShapeCheck
    private var book: VertexBook
    private let configuration: EpochConfiguration
    /// Whether an author is correct, dead or alive.
    private let isCorrect: [Bool]

    /// A broken run finds the same thing over and over.
    private static let mostViolations = 32

    init(_ configuration: EpochConfiguration, isCorrect: [Bool]) {
        let count = configuration.authors.count
        self.configuration = configuration
        self.isCorrect = isCorrect
        order = OrderCheck(configuration)
        records = RecordCheck(authorCount: count)
        agreement = AgreementCheck(authorCount: count)
        delivery = DeliveryCheck(authorCount: count)
        votes = VoteCheck(authorCount: count)
        footprint = FootprintCheck(configuration)
        evidence = EvidenceCheck(authorCount: count)
        shape = ShapeCheck(configuration)
        book = VertexBook(authorCount: count)
    }

    mutating func note(_ invariant: Invariant, _ member: Int?, _ time: UInt64, _ text: String?) {
        guard let text, violations.count < Self.mostViolations else { return }
        violations.append(Violation(invariant, member: member, time: time, text))
    }

    /// Entries are in a member's log for good. What a crash may take away was never said to anybody.
    mutating func durable(_ member: Int, _ entries: ArraySlice<LogEntry>, at time: UInt64) {
        for entry in entries {
            switch entry {
            case .vertex(let frame):
                book.enter(frame)
                acknowledged(member, frame, at: time)
            case .delivered(let name, let digest):
                note(.agreement, member, time, agreement.delivered(name, digest))
                let isFirst = book.delivered(name.author, name.sequence) == nil
                let vertex = book.deliver(name.author, name.sequence, digest: digest)
                if isFirst, let vertex { note(.shape, member, time, shape.judge(vertex, book)) }
                for (invariant, text) in delivery.delivered(by: member, name, vertex) {
                    note(invariant, member, time, text)
                }
            case .echoed(let name, _): note(.evidence, member, time, evidence.echoed(by: member, name))
            case .diverged(let commit): note(.signature, member, time, "halted at \(commit)")
            case .readied, .evidence, .signed: break
            }
        }
    }

    /// What a member's own durable vertex carries is acknowledged.
    private mutating func acknowledged(_ member: Int, _ frame: VertexFrame, at time: UInt64) {
        guard Int(frame.vertex.author) == member else { return }
        for share in frame.vertex.records.compactMap({ FakeShare($0) }) {
            note(.acknowledged, member, time, records.acknowledged(share))
        }
    }

    mutating func sent(_ member: Int, _ frame: [UInt8], at time: UInt64) {
        switch Frame.kind(of: frame) {
        case .votes, .vertex:
            guard let decoded = try? Frame(decoding: frame) else {
                note(.singleVote, member, time, "sent a frame that nobody can decode")
                return
            }
            for text in votes.sent(by: member, decoded) { note(.singleVote, member, time, text) }
        case .checkpoint:
            guard case .checkpoint(let signed)? = try? Frame(decoding: frame) else {
                note(.signature, member, time, "sent a checkpoint that nobody can decode")
                return
            }
            let (number, hash) = (order.number(of: member), order.hash(signed.checkpoint.commit))
            note(
                .signature, member, time,
                signatures.sent(by: member, signed.checkpoint, committed: number, hash: hash))
        case .status, .pull, .catchUp, .commits: break
        case nil: note(.singleVote, member, time, "sent a frame of no kind")
        }
    }

    mutating func committed(_ member: Int, _ commit: Commit, at time: UInt64) {
        let (found, isNew) = order.committed(by: member, commit, book)
        for (invariant, text) in found { note(invariant, member, time, text) }
        evidence.committed(by: member, commit)
        newestTime = max(newestTime, time)
        guard isNew else { return }
        commitTimes.append(time)
        for vertex in commit.vertices {
            for share in vertex.vertex.records.compactMap({ FakeShare($0) }) {
                if !share.isValid || share.author != vertex.name.author {
                    note(.gate, member, time, "commit \(commit.number) has an invalid share")
                }
                guard isCorrect[vertex.name.author] else { continue }
                note(.acknowledged, member, time, records.committed(share, in: commit.number))
            }
        }
    }

    /// A member came back with its log, which gave these commits.
    mutating func restored(_ member: Int, _ commits: [Commit], at time: UInt64) {
        let announced = order.number(of: member)
        for text in ReplayCheck.judge(commits, announced: announced, order) { note(.replay, member, time, text) }
        for commit in commits where commit.number > order.number(of: member) {
            committed(member, commit, at: time)
        }
    }

    /// A member's gate refused its own records.
    mutating func quarantined(_ member: Int, _ records: [[UInt8]], at time: UInt64) {
        let good = records.count { FakeShare($0)?.isValid != false }
        if good > 0 { note(.gate, member, time, "\(good) of its own good records are quarantined") }
    }

    mutating func held(_ member: Int, _ size: BroadcastFootprint, at time: UInt64) {
        for text in footprint.judge(size) { note(.memory, member, time, text) }
    }

    /// From here on progress is demanded.
    mutating func demandProgress() {
        progress.begin(isCorrect.indices.map { order.number(of: $0) })
    }

    /// A member's log at the end against its state.
    mutating func replayed(_ member: Int, _ commits: [Commit], core: BroadcastCore, at time: UInt64) {
        for text in ReplayCheck.judge(commits, announced: core.commitNumber, order) {
            note(.replay, member, time, text)
        }
        if UInt64(commits.count) != core.commitNumber || commits.last.map(\.hash) ?? core.commitHash != core.commitHash
        {
            note(.replay, member, time, "the log gives \(commits.count) commits, the state has \(core.commitNumber)")
        }
    }

    /// The end of a run; `live` are the correct members that were asked to get on.
    mutating func finish(live: [Int], at time: UInt64, demandsProgress: Bool) {
        let known = order.anchorRounds
        let expected = OrderOracle(configuration, book).anchorRounds()
        if !expected.starts(with: known) {
            let place = zip(known, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? expected.count
            note(.order, nil, time, "commit \(place + 1) is not the one that follows from all vertices")
        }
        guard demandsProgress else { return }
        for (invariant, member, text) in undone(live: live) { note(invariant, member, time, text) }
    }

    /// Whether live members have got on and have committed what they acknowledged.
    func isDone(live: [Int]) -> Bool {
        undone(live: live).isEmpty
    }

    private func undone(live: [Int]) -> [(invariant: Invariant, member: Int, text: String)] {
        let numbers = isCorrect.indices.map { order.number(of: $0) }
        let rounds = isCorrect.indices.map { order.round(of: $0) }
        let waits = numbers.map { number in
            number < UInt64(commitTimes.count) ? newestTime - commitTimes[Int(number)] : 0
        }
        var found = progress.judge(live: live, commits: numbers, rounds: rounds, waits: waits)
            .map { (invariant: Invariant.progress, member: $0.member, text: $0.text) }
        for member in live {
            for author in live {
                let missing = records.missing(of: author, within: numbers[member])
                if let first = missing.first {
                    found.append((.acknowledged, member, "\(first), and \(missing.count - 1) more"))
                }
            }
        }
        return found
    }
}
