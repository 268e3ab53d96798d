internal import Bitcoin
internal import Broadcast
internal import Wire

/// Shows all that correct members do to the checks, and keeps what they find.
struct Watcher {
    private(set) var violations: [Violation] = []
    private(set) var records: RecordCheck
    /// One for each epoch that a correct member has opened, in their order.
    private(set) var epochs: [EpochChecks]
    /// Their ids: a look at the checks copies all of them.
    private var ids: [Hash256]
    private var signatures = SignatureCheck()
    private var progress = ProgressCheck()
    /// When each commit was first made, and when the last one was made by anybody.
    private var commitTimes: [UInt64] = []
    private var newestTime: UInt64 = 0
    /// Whether an author is correct, dead or alive.
    private let isCorrect: [Bool]
    /// Whether a member's log was replaced by an old copy: its journal does not know what it has given to its lane.
    private var isForgetful: [Bool]

    /// A broken run finds the same thing over and over.
    private static let mostViolations = 32

    init(_ configuration: EpochConfiguration, isCorrect: [Bool]) {
        self.isCorrect = isCorrect
        isForgetful = isCorrect.map { _ in false }
        epochs = [EpochChecks(configuration)]
        ids = [configuration.epochID]
        records = RecordCheck(authorCount: configuration.authors.count)
    }

    // MARK: The log as a whole

    /// The number of a member's newest commit.
    func number(of member: Int) -> UInt64 {
        var number: UInt64 = 0
        for epoch in epochs where epoch.configuration.firstCommit == number {
            number = epoch.order.number(of: member)
        }
        return number
    }

    /// H of a commit; nil where no correct member has it.
    func hash(_ number: UInt64) -> Hash256? {
        epochs.lazy.compactMap { $0.order.hash(number) }.first
    }

    /// How many commits there are.
    var commitCount: Int { commitTimes.count }

    /// Whether a member has announced a commit that proves an author's equivocation.
    func isProven(_ author: Int, at member: Int) -> Bool {
        epochs.contains { $0.evidence.isProven(author, at: member) }
    }

    mutating func note(_ invariant: Invariant, _ member: Int?, _ time: UInt64, _ text: String?) {
        guard let text, violations.count < Self.mostViolations else { return }
        violations.append(Violation(invariant, member: member, time: time, text))
    }

    /// Entries are in a member's log for good. What a crash may take away was never said to anybody.
    mutating func durable(_ member: Int, _ entries: ArraySlice<Succession.EpochEntry>, at time: UInt64) {
        for entry in entries where entry.epoch < UInt64(epochs.count) {
            durable(member, entry.entry, Int(entry.epoch), at: time)
        }
    }

    private mutating func durable(_ member: Int, _ entry: LogEntry, _ epoch: Int, at time: UInt64) {
        switch entry {
        case .vertex(let frame):
            epochs[epoch].book.enter(frame)
            acknowledged(member, frame, at: time)
        case .delivered(let name, let digest):
            note(.agreement, member, time, epochs[epoch].agreement.delivered(name, digest))
            let isFirst = epochs[epoch].book.delivered(name.author, name.sequence) == nil
            let vertex = epochs[epoch].book.deliver(name.author, name.sequence, digest: digest)
            if isFirst, let vertex {
                note(.shape, member, time, epochs[epoch].shape.judge(vertex, epochs[epoch].book))
            }
            for (invariant, text) in epochs[epoch].delivery.delivered(by: member, name, vertex) {
                note(invariant, member, time, text)
            }
        case .echoed(let name, _): note(.evidence, member, time, epochs[epoch].evidence.echoed(by: member, name))
        case .diverged(let commit): note(.signature, member, time, "halted at \(commit)")
        case .readied, .evidence, .certified, .abstained, .signed: break
        }
    }

    /// A member's log was replaced by an old copy: it delivers again what it has lost.
    mutating func forgot(_ member: Int, _ kept: [Succession.EpochEntry]) {
        isForgetful[member] = true
        for epoch in epochs.indices {
            epochs[epoch].delivery.forget(member)
            epochs[epoch].order.forget(member)
        }
        for entry in kept where entry.epoch < UInt64(epochs.count) {
            guard case .delivered(let name, _) = entry.entry else { continue }
            _ = epochs[Int(entry.epoch)].delivery.delivered(by: member, name, nil)
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
            guard let id = Frame.epochID(of: frame), let epoch = ids.firstIndex(of: id) else {
                note(.singleVote, member, time, "sent a frame of no epoch")
                return
            }
            for text in epochs[epoch].votes.sent(by: member, decoded) { note(.singleVote, member, time, text) }
        case .checkpoint:
            guard case .checkpoint(let signed)? = try? Frame(decoding: frame) else {
                note(.signature, member, time, "sent a checkpoint that nobody can decode")
                return
            }
            let (number, hash) = (number(of: member), hash(signed.checkpoint.commit))
            note(
                .signature, member, time,
                signatures.sent(by: member, signed.checkpoint, committed: number, hash: hash))
        case .status, .pull, .catchUp, .commits, .recoveryQuestion, .recoveryAnswer: break
        case nil: note(.singleVote, member, time, "sent a frame of no kind")
        }
    }

    mutating func committed(_ member: Int, _ commit: Commit, epoch: Int = 0, at time: UInt64) {
        let (found, isNew) = epochs[epoch].order.committed(by: member, commit, epochs[epoch].book)
        for (invariant, text) in found { note(invariant, member, time, text) }
        epochs[epoch].evidence.committed(by: member, commit)
        newestTime = max(newestTime, time)
        guard isNew else { return }
        note(.epochEnd, member, time, epochs[epoch].close.committed(commit))
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

    /// A member is about to end an epoch: what it logs of the next one is looked at.
    mutating func prepare(_ next: EpochConfiguration) {
        guard next.number == UInt64(epochs.count) else { return }
        epochs.append(EpochChecks(next))
        ids.append(next.epochID)
    }

    /// A member has ended an epoch.
    mutating func ended(_ member: Int, with next: EpochConfiguration, at time: UInt64) {
        guard next.number > 0, next.number <= UInt64(epochs.count) else {
            note(.epochEnd, member, time, "epoch \(next.number) follows nothing")
            return
        }
        note(.epochEnd, member, time, epochs[Int(next.number - 1)].close.ended(with: next))
        prepare(next)
    }

    /// A member came back with its log, which gave these commits.
    mutating func restored(_ member: Int, _ commits: [Commit], at time: UInt64) {
        let announced = number(of: member)
        for text in ReplayCheck.judge(commits, announced: announced, hash: hash) { note(.replay, member, time, text) }
        for commit in commits where commit.number > number(of: member) {
            committed(member, commit, epoch: epoch(of: commit), at: time)
            openNext(after: commit)
        }
    }

    /// The epoch in which a commit stands.
    private func epoch(of commit: Commit) -> Int {
        epochs.lastIndex { $0.configuration.firstCommit < commit.number } ?? 0
    }

    /// A commit that came back from a log may be the first that anybody has announced of its epoch's end.
    private mutating func openNext(after commit: Commit) {
        guard let next = epochs[epochs.count - 1].close.expected, next.firstCommit == commit.number else { return }
        prepare(next)
    }

    /// A member's gate refused its own records.
    mutating func quarantined(_ member: Int, _ records: [[UInt8]], at time: UInt64) {
        guard !isForgetful[member] else { return }
        let good = records.count { FakeShare($0)?.isValid != false }
        if good > 0 { note(.gate, member, time, "\(good) of its own good records are quarantined") }
    }

    mutating func held(_ member: Int, _ size: BroadcastFootprint, at time: UInt64) {
        for text in epochs[epochs.count - 1].footprint.judge(size) { note(.memory, member, time, text) }
    }

    /// From here on progress is demanded.
    mutating func demandProgress() {
        progress.begin(isCorrect.indices.map { number(of: $0) })
    }

    /// A member's log at the end against its state.
    mutating func replayed(_ member: Int, _ commits: [Commit], core: BroadcastCore, at time: UInt64) {
        for text in ReplayCheck.judge(commits, announced: core.commitNumber, hash: hash) {
            note(.replay, member, time, text)
        }
        if UInt64(commits.count) != core.commitNumber || commits.last.map(\.hash) ?? core.commitHash != core.commitHash
        {
            note(.replay, member, time, "the log gives \(commits.count) commits, the state has \(core.commitNumber)")
        }
    }

    /// The end of a run; `live` are the correct members that were asked to get on.
    mutating func finish(live: [Int], at time: UInt64, demandsProgress: Bool) {
        for epoch in epochs {
            let known = epoch.order.anchorRounds
            let expected = OrderOracle(epoch.configuration, epoch.book).anchorRounds()
            guard !expected.starts(with: known) else { continue }
            let place = zip(known, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? expected.count
            let number = epoch.configuration.firstCommit + UInt64(place) + 1
            note(.order, nil, time, "commit \(number) is not the one that follows from all vertices")
        }
        guard demandsProgress else { return }
        for (invariant, member, text) in undone(live: live) {
            note(invariant, member, time, text)
        }
    }

    /// Whether live members have got on and have committed what they acknowledged.
    func isDone(live: [Int]) -> Bool {
        undone(live: live).isEmpty
    }

    private func undone(live: [Int]) -> [(invariant: Invariant, member: Int, text: String)] {
        let numbers = isCorrect.indices.map { number(of: $0) }
        let newest = epochs[epochs.count - 1]
        let rounds = isCorrect.indices.map { member in
            numbers[member] >= newest.configuration.firstCommit ? newest.order.round(of: member) : 0
        }
        let waits = numbers.map { number in
            number < UInt64(commitTimes.count) ? newestTime - commitTimes[Int(number)] : 0
        }
        var found = progress.judge(live: live, commits: numbers, rounds: rounds, waits: waits)
            .map { (invariant: Invariant.progress, member: $0.member, text: $0.text) }
        for member in live {
            for author in live where !isForgetful[author] {
                let missing = records.missing(of: author, within: numbers[member])
                if let first = missing.first {
                    found.append((.acknowledged, member, "\(first), and \(missing.count - 1) more"))
                }
            }
        }
        return found
    }
}
