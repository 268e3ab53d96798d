import Bitcoin
import Broadcast
import Curve
import TestSupport
import Wire

/// Members with real keys on a perfect network in one thread: what they send arrives in the same millisecond.
struct Cluster {
    let epoch: Epoch
    let keys: [MemberKey]
    var cores: [BroadcastCore]
    var now: UInt64 = 1_000
    /// What each member has logged, and the commits that came out.
    var logs: [[LogEntry]]
    var commits: [[Commit]]
    var quarantined: [[[UInt8]]]
    var alarms: [[Alarm]]
    var certificates: [[CheckpointCertificate]]
    /// What each member said at the end of the epoch.
    var closings: [[(next: EpochConfiguration, unordered: [[UInt8]])]]
    private var queue: [Delivery] = []
    /// Frames that are lost on the way.
    var isLost: (_ from: Int, _ to: Int, _ frame: [UInt8]) -> Bool = { _, _, _ in false }
    /// What becomes of frames that arrive.
    var altered: (_ from: Int, _ to: Int, _ frame: [UInt8]) -> [UInt8] = { _, _, frame in frame }

    private struct Delivery {
        let from: Int
        let to: Int
        let frame: [UInt8]
    }

    init(
        voters: Int, others: Int = 0, seed: UInt64 = 1, settings: BroadcastSettings = BroadcastSettings(),
        lowestLevel: UInt8 = 34, gate: (Epoch) -> any EchoGate = { _ in OpenGate() }
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let count = voters + others
        let keys = try (0..<count).map { _ in try MemberKey(&generator) }
            .sorted { $0.publicKey.bytes.bytes.lexicographicallyPrecedes($1.publicKey.bytes.bytes) }
        var bounds = EpochConfiguration.Bounds()
        bounds.lowestLevel = lowestLevel
        let configuration = try EpochConfiguration(
            syndicate: try Hash256(internalBytes: generator.bytes(32)), number: 0, firstCommit: 0,
            start: try Hash256(internalBytes: generator.bytes(32)),
            authors: keys.enumerated().map { .init(key: $1.publicKey.bytes, isVoter: $0 < voters) },
            bounds: bounds)
        let epoch = Epoch(configuration)
        self.epoch = epoch
        self.keys = keys
        cores = keys.indices.map { index in
            BroadcastCore(
                epoch: epoch, author: index, signer: keys[index], checker: CurveChecker(), gate: gate(epoch),
                settings: settings)
        }
        logs = [[LogEntry]](repeating: [], count: count)
        commits = [[Commit]](repeating: [], count: count)
        quarantined = [[[UInt8]]](repeating: [], count: count)
        alarms = [[Alarm]](repeating: [], count: count)
        certificates = [[CheckpointCertificate]](repeating: [], count: count)
        closings = [[(next: EpochConfiguration, unordered: [[UInt8]])]](repeating: [], count: count)
    }

    /// Gives a member an input, and everybody what follows from it in this millisecond.
    mutating func give(_ input: Input, to member: Int) {
        handle(cores[member].step(input, now: now), of: member)
        var next = 0
        while next < queue.count {
            let delivery = queue[next]
            next += 1
            guard !isLost(delivery.from, delivery.to, delivery.frame) else { continue }
            let input = Input.received(from: delivery.from, bytes: altered(delivery.from, delivery.to, delivery.frame))
            handle(cores[delivery.to].step(input, now: now), of: delivery.to)
        }
        queue.removeAll()
    }

    mutating func run(milliseconds: UInt64, step: UInt64 = 10) {
        let end = now + milliseconds
        while now < end {
            now += step
            for member in cores.indices where cores[member].wakeTime <= now { give(.wake, to: member) }
        }
    }

    /// Starts a member again from its log.
    mutating func restart(
        _ member: Int, gate: any EchoGate = OpenGate(), start: UInt64? = nil, rules: Rules = .product
    ) -> [Commit] {
        cores[member] = BroadcastCore(
            epoch: epoch, author: member, signer: keys[member], checker: CurveChecker(), gate: gate,
            settings: BroadcastSettings(), rules: rules)
        return cores[member].restore(logs[member], start: start)
    }

    private mutating func handle(_ effects: [Effect], of member: Int) {
        for effect in effects {
            switch effect {
            case .persist(let entries): logs[member] += entries
            case .send(let peer, let frame), .ask(let peer, let frame):
                for to in cores.indices where to != member && (peer == nil || peer == to) {
                    queue.append(Delivery(from: member, to: to, frame: frame))
                }
            case .commit(let commit): commits[member].append(commit)
            case .serveReadies(let peer, let author, let sequences):
                let digests = sequences.compactMap { deliveredDigest(member, author, $0) }
                let frame = LogAnswers.readies(
                    epoch: epoch, author: author, first: sequences.lowerBound, digests: digests)
                queue.append(Delivery(from: member, to: peer, frame: frame))
            case .serveVertex(let peer, let item):
                guard let frame = vertex(member, Int(item.author), item.sequence, item.digest) else { continue }
                queue.append(Delivery(from: member, to: peer, frame: LogAnswers.vertex(frame)))
            case .serveCommits(let peer, let commit):
                let next = certificates[member].first { $0.checkpoint.commit > commit }
                guard let next, let first = commits[member].firstIndex(where: { $0.number == commit + 1 }) else {
                    continue
                }
                let last = Int(next.checkpoint.commit - commits[member][first].number)
                let list = Array(commits[member][first...(first + last)])
                if let frame = LogAnswers.commits(certificate: next, list) {
                    queue.append(Delivery(from: member, to: peer, frame: frame))
                }
            case .recall(let names):
                let frames = names.compactMap { name in
                    deliveredDigest(member, name.author, name.sequence)
                        .flatMap { vertex(member, name.author, name.sequence, $0) }
                }
                handle(cores[member].step(.recalled(frames), now: now), of: member)
            case .quarantine(let records): quarantined[member] += records
            case .closed(let next, let unordered): closings[member].append((next, unordered))
            case .certify(let certificate): certificates[member].append(certificate)
            case .alarm(let alarm): alarms[member].append(alarm)
            }
        }
    }

    private func deliveredDigest(_ member: Int, _ author: Int, _ sequence: UInt64) -> Hash256? {
        for case .delivered(let name, let digest) in logs[member]
        where name == VertexName(author: author, sequence: sequence) {
            return digest
        }
        return nil
    }

    private func vertex(_ member: Int, _ author: Int, _ sequence: UInt64, _ digest: Hash256) -> VertexFrame? {
        for case .vertex(let frame) in logs[member]
        where Int(frame.vertex.author) == author && frame.vertex.sequence == sequence {
            if Vertex.digest(ofEncoding: frame.encodedVertex) == digest { return frame }
        }
        return nil
    }
}

/// A member's real key.
final class MemberKey: VertexSigner {
    let publicKey: XOnlyPublicKey
    private let secret: SecretKey

    init(_ generator: inout SeededGenerator) throws {
        let context = CurveContext(seed: try Self.secretBytes(generator.bytes(32)))
        secret = try SecretKey(try Self.secretBytes(generator.bytes(32)), context: context)
        publicKey = secret.publicKey
    }

    private static func secretBytes(_ bytes: [UInt8]) throws -> SecretBytes {
        var secret = try SecretBytes()
        secret.withMutableBytes { out in
            for (index, byte) in bytes.enumerated() { out.storeBytes(of: byte, toByteOffset: index, as: UInt8.self) }
        }
        return secret
    }

    func sign(_ message: Hash256) -> [UInt8]? {
        try? secret.sign(message.bytes, auxiliary: .zero).bytes
    }
}

/// Checks signatures as the product does.
struct CurveChecker: SignatureChecker {
    func isValid(_ signature: [UInt8], of message: Hash256, by key: XOnlyKeyBytes) -> Bool {
        guard let key = XOnlyPublicKey(key), let signature = try? SchnorrSignature(signature) else { return false }
        return key.isValidSignature(signature, for: message.bytes)
    }
}

/// A gate that lets everything through, for tests of what is not the gate.
struct OpenGate: EchoGate {
    func allows(_ vertex: Vertex) -> Bool { true }
    mutating func admit(_ vertex: Vertex) {}
}
