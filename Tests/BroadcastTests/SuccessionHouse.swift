import Bitcoin
import Broadcast
import Curve
import TestSupport
import Wire

/// Members with real keys over several epochs, on a perfect network in one thread.
struct SuccessionHouse {
    struct NoMember: Error {}

    let keys: [MemberKey]
    private let syndicate: Hash256
    private(set) var members: [Succession?]
    var now: UInt64 = 1_000
    var logs: [[Succession.EpochEntry]]
    var commits: [[Commit]]
    var closings: [[(next: EpochConfiguration, unordered: [[UInt8]])]]
    var certificates: [[CheckpointCertificate]]
    var alarms: [[Alarm]]
    var quarantined: [[[UInt8]]]
    /// Everything that each member ever said of an instance, and how often it said something else.
    private(set) var said: [[String: Hash256]]
    private(set) var contradictions: [Int]
    private var starts: UInt64 = 0
    private var queue: [(from: Int, to: Int, frame: [UInt8])] = []

    init(keys count: Int, seed: UInt64 = 1) throws {
        var generator = SeededGenerator(seed: seed)
        keys = try (0..<count).map { _ in try MemberKey(&generator) }
            .sorted { $0.publicKey.bytes.bytes.lexicographicallyPrecedes($1.publicKey.bytes.bytes) }
        syndicate = try Hash256(internalBytes: generator.bytes(32))
        members = Array(repeating: nil, count: count)
        logs = Array(repeating: [], count: count)
        commits = Array(repeating: [], count: count)
        closings = Array(repeating: [], count: count)
        certificates = Array(repeating: [], count: count)
        alarms = Array(repeating: [], count: count)
        quarantined = Array(repeating: [], count: count)
        said = Array(repeating: [:], count: count)
        contradictions = Array(repeating: 0, count: count)
    }

    private func authors(_ voters: [Int], _ others: [Int]) -> [EpochConfiguration.Author] {
        (voters + others).sorted().map { .init(key: keys[$0].publicKey.bytes, isVoter: voters.contains($0)) }
    }

    func configuration(voters: [Int], others: [Int]) throws -> EpochConfiguration {
        try EpochConfiguration(
            syndicate: syndicate, number: 0, firstCommit: 0, start: syndicate, authors: authors(voters, others),
            bounds: .init())
    }

    func mark(_ epoch: EpochConfiguration, voters: [Int], others: [Int]) throws -> [UInt8] {
        try CloseMark(epoch: epoch.epochID, authors: authors(voters, others), bounds: epoch.bounds).encoded()
    }

    /// By member: the number of its newest epoch.
    var epochNumbers: [UInt64?] { members.map { $0?.newest.configuration.number } }

    func records(_ member: Int) -> [[UInt8]] {
        commits[member].flatMap { $0.vertices.flatMap { $0.vertex.records } }
    }

    // MARK: Power

    /// Starts a member with what is in its log. Its journal tells it which records are not ordered yet.
    mutating func start(_ member: Int, _ configuration: EpochConfiguration) throws {
        let identity = Succession.Member(
            key: keys[member].publicKey.bytes, signer: keys[member], checker: CurveChecker(),
            settings: BroadcastSettings()
        ) { _ in OpenGate() }
        guard var succession = Succession(configuration, identity) else { throw NoMember() }
        starts += 1
        commits[member] = succession.restore(logs[member], start: starts)
        members[member] = succession
        give(.records(unordered(member), isControl: false), to: member)
    }

    mutating func stop(_ member: Int) {
        members[member] = nil
    }

    private func unordered(_ member: Int) -> [[UInt8]] {
        let newest = members[member]?.newest.configuration.number
        let key = keys[member].publicKey.bytes
        var own: [(epoch: UInt64, record: [UInt8])] = []
        var epochs = [members[member]?.newest.configuration].compactMap { $0 } + closings[member].map(\.next)
        epochs.sort { $0.number < $1.number }
        for entry in logs[member] {
            guard case .vertex(let frame) = entry.entry else { continue }
            let index = epochs.first { $0.epochID == frame.vertex.epoch }.flatMap { Epoch($0).index(of: key) }
            guard index.map({ $0 == Int(frame.vertex.author) }) ?? (Int(frame.vertex.author) == member) else {
                continue
            }
            own += frame.vertex.records.map { (entry.epoch, $0) }
        }
        let ordered = records(member)
        let here = own.filter { $0.epoch == newest }.map(\.record)
        var all: [[UInt8]] = []
        for (_, record) in own where !ordered.contains(record) && !here.contains(record) && !all.contains(record) {
            if record.first != RecordType.closeMark.rawValue { all.append(record) }
        }
        return all
    }

    // MARK: Time

    mutating func give(_ input: Succession.Input, to member: Int) {
        step(member, input)
        var next = 0
        while next < queue.count {
            let (from, to, frame) = queue[next]
            next += 1
            step(to, .received(from: keys[from].publicKey.bytes, bytes: frame))
        }
        queue.removeAll()
    }

    mutating func run(milliseconds: UInt64, step: UInt64 = 10) {
        let end = now + milliseconds
        while now < end {
            now += step
            for member in members.indices where members[member].map({ $0.wakeTime <= now }) ?? false {
                give(.wake, to: member)
            }
        }
    }

    private mutating func step(_ member: Int, _ input: Succession.Input) {
        guard let effects = members[member]?.step(input, now: now) else { return }
        for effect in effects { handle(effect, of: member) }
    }

    private mutating func handle(_ tagged: Succession.EpochEffect, of member: Int) {
        switch tagged.effect {
        case .persist(let entries): logs[member] += entries.map { .init(epoch: tagged.epoch, entry: $0) }
        case .send(let peer, let frame), .ask(let peer, let frame):
            hear(frame, of: member)
            for to in members.indices where to != member {
                if let peer, index(of: to, in: tagged.epoch, at: member) != peer { continue }
                queue.append((member, to, frame))
            }
        case .commit(let commit): commits[member].append(commit)
        case .closed(let next, let unordered):
            closings[member].append((next, unordered))
            step(member, .records(unordered, isControl: false))
        case .certify(let certificate): certificates[member].append(certificate)
        case .alarm(let alarm): alarms[member].append(alarm)
        case .quarantine(let records): quarantined[member] += records
        case .serveReadies(let peer, let author, let sequences):
            let digests = sequences.compactMap { delivered(member, tagged.epoch, author, $0) }
            guard let epoch = configuration(tagged.epoch, at: member).map({ Epoch($0) }), !digests.isEmpty,
                let to = owner(of: peer, in: tagged.epoch, at: member)
            else { return }
            let frame = LogAnswers.readies(epoch: epoch, author: author, first: sequences.lowerBound, digests: digests)
            queue.append((member, to, frame))
        case .serveVertex(let peer, let item):
            guard let to = owner(of: peer, in: tagged.epoch, at: member),
                let frame = vertex(member, tagged.epoch, item)
            else { return }
            queue.append((member, to, LogAnswers.vertex(frame)))
        case .serveCommits(let peer, let commit):
            guard let to = owner(of: peer, in: tagged.epoch, at: member),
                let next = certificates[member].first(where: { $0.checkpoint.commit > commit }),
                let first = commits[member].firstIndex(where: { $0.number == commit + 1 })
            else { return }
            let last = Int(next.checkpoint.commit - commits[member][first].number)
            if let frame = LogAnswers.commits(certificate: next, Array(commits[member][first...(first + last)])) {
                queue.append((member, to, frame))
            }
        case .recall(let names):
            let frames = names.compactMap { name in
                delivered(member, tagged.epoch, name.author, name.sequence).flatMap { digest in
                    vertex(
                        member, tagged.epoch,
                        .init(author: UInt16(name.author), sequence: name.sequence, digest: digest))
                }
            }
            step(member, .recalled(epoch: tagged.epoch, frames: frames))
        }
    }

    private mutating func hear(_ bytes: [UInt8], of member: Int) {
        var names: [(String, Hash256)] = []
        let epoch = Frame.epochID(of: bytes)?.internalHex ?? ""
        switch try? Frame(decoding: bytes) {
        case .votes(let frame):
            names = frame.votes.map { ("\(epoch) \($0.kind) \($0.author)/\($0.sequence)", $0.digest) }
        case .vertex(let frame):
            let name = "\(epoch) vertex \(frame.vertex.author)/\(frame.vertex.sequence)"
            names = [(name, Vertex.digest(ofEncoding: frame.encodedVertex))]
        default: break
        }
        for (name, digest) in names {
            if let known = said[member][name], known != digest { contradictions[member] += 1 }
            said[member][name] = digest
        }
    }

    // MARK: Names

    private func configuration(_ epoch: UInt64, at member: Int) -> EpochConfiguration? {
        if let newest = members[member]?.newest.configuration, newest.number == epoch { return newest }
        if let next = closings[member].first(where: { $0.next.number == epoch }) { return next.next }
        return members.lazy.compactMap { $0?.configurations.first { $0.number == epoch } }.first
    }

    private func index(of other: Int, in epoch: UInt64, at member: Int) -> Int? {
        configuration(epoch, at: member).flatMap { Epoch($0).index(of: keys[other].publicKey.bytes) }
    }

    private func owner(of index: Int, in epoch: UInt64, at member: Int) -> Int? {
        configuration(epoch, at: member).flatMap { configuration in
            keys.firstIndex { $0.publicKey.bytes == configuration.authors[index].key }
        }
    }

    private func delivered(_ member: Int, _ epoch: UInt64, _ author: Int, _ sequence: UInt64) -> Hash256? {
        for entry in logs[member] where entry.epoch == epoch {
            if case .delivered(let name, let digest) = entry.entry, name.author == author, name.sequence == sequence {
                return digest
            }
        }
        return nil
    }

    private func vertex(_ member: Int, _ epoch: UInt64, _ item: PullFrame.Item) -> VertexFrame? {
        for entry in logs[member] where entry.epoch == epoch {
            if case .vertex(let frame) = entry.entry, frame.vertex.author == item.author,
                frame.vertex.sequence == item.sequence,
                Vertex.digest(ofEncoding: frame.encodedVertex) == item.digest
            {
                return frame
            }
        }
        return nil
    }
}
