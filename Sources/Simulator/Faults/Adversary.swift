internal import Bitcoin
internal import Broadcast
internal import Wire

/// Frames for a set of authors, a bit each.
struct Outgoing {
    let to: UInt64
    let frame: [UInt8]
}

/// Two vertices of one instance, and who gets the first: what colluding voters are told.
struct Split {
    let name: VertexName
    let first: Hash256
    let second: Hash256
    let firstRecipients: UInt64
}

/// Stands between a byzantine member's core and the network: drops, doubles and invents frames.
struct Adversary {
    let behaviour: Behaviour
    let author: Int
    let authorCount: Int
    private(set) var forge: VertexForge
    private var epochNumber: UInt64 = 0
    /// As many as a vertex needs.
    private var strongParents: Int
    var random: SplitMix64
    /// Whom it lied to when they wanted to catch up.
    var misled: [Int] = []
    /// The commits that it served first.
    var oldCommits: CommitsFrame?
    /// The newest own vertices and what was done with them; the same again when they are sent again.
    private var treatments: [Treatment] = []
    /// What it voted for lately.
    private var voted: [Vote] = []
    /// How often it voted for what. Two members that vote for whatever they hear hear each other: without an end they
    /// would answer each other for ever, once more is in flight than `voted` holds.
    private var voteCounts: [Vote: Int] = [:]
    /// Frames heard lately, to be damaged and repeated.
    private var heard: [[UInt8]] = []
    private var split: Split?
    /// The parents of its newest vertices, the newest last.
    private var parents: [[UInt64]] = []

    /// So often it votes for the same at most.
    private static let maximumVoteCount = 16

    private struct Treatment {
        let frame: [UInt8]
        let outgoing: [Outgoing]
    }

    init(_ behaviour: Behaviour, author: Int, syndicate: Syndicate, random: SplitMix64) {
        self.behaviour = behaviour
        self.author = author
        self.random = random
        authorCount = syndicate.authorCount
        strongParents = syndicate.epoch.quorum.available
        let key = syndicate.configuration.authors[author].key
        forge = VertexForge(epoch: syndicate.epoch.id, author: author, signer: FakeSigner(key: key))
    }

    /// The member's core has opened an epoch.
    mutating func enter(_ epoch: Epoch) {
        epochNumber = epoch.configuration.number
        strongParents = epoch.quorum.available
        forge = VertexForge(epoch: epoch.id, author: author, signer: forge.signer)
        treatments = []
        voted = []
        voteCounts = [:]
        parents = []
    }

    /// All others.
    var others: UInt64 {
        ((1 << UInt64(authorCount)) - 1) & ~(1 << UInt64(author))
    }

    /// What goes out instead of a frame of the core; a split that colluders should hear of is in `takeSplit`.
    mutating func rewrite(_ frame: [UInt8], to receiver: Int?, at time: UInt64, _ log: Disk) -> [Outgoing] {
        let mask = receiver.map { 1 << UInt64($0) } ?? others
        guard time >= behaviour.start else { return [Outgoing(to: mask, frame: frame)] }
        if behaviour.kinds.contains(.silent) { return [] }
        switch Frame.kind(of: frame) {
        case .votes where behaviour.kinds.contains(.doubleVotes): return []
        case .status where behaviour.kinds.contains(.liesInStatus): return lie(frame, to: mask)
        case .status where behaviour.kinds.contains(.liesInCatchUp): return boast(frame, to: mask)
        case .commits where behaviour.kinds.contains(.liesInCatchUp): return mislead(frame, receiver)
        case .vertex: return tamper(frame, to: mask, log)
        default: return [Outgoing(to: mask, frame: frame)]
        }
    }

    /// The split that `rewrite` made, once.
    mutating func takeSplit() -> Split? {
        defer { split = nil }
        return split
    }

    /// Votes for both sides of a split, each side to those who got it.
    mutating func collude(_ split: Split) -> [Outgoing] {
        guard behaviour.kinds.contains(.doubleVotes), !behaviour.kinds.contains(.silent) else { return [] }
        return [
            votes(for: split.name, split.first, to: split.firstRecipients & others),
            votes(for: split.name, split.second, to: ~split.firstRecipients & others),
        ]
    }

    /// What goes out because of a frame that came in.
    mutating func hear(_ frame: [UInt8], at time: UInt64) -> [Outgoing] {
        guard time >= behaviour.start, !behaviour.kinds.contains(.silent) else { return [] }
        if behaviour.kinds.contains(.floods), random.happens(50_000) {
            heard.append(frame)
            if heard.count > 16 { heard.removeFirst() }
        }
        if behaviour.kinds.contains(.liesInCatchUp), case .catchUp(let question)? = try? Frame(decoding: frame) {
            return invent(after: question.commit)
        }
        guard behaviour.kinds.contains(.doubleVotes), let decoded = try? Frame(decoding: frame) else { return [] }
        switch decoded {
        case .vertex(let vertex):
            let digest = Vertex.digest(ofEncoding: vertex.encodedVertex)
            return vote(vertex.vertex.author, vertex.vertex.sequence, digest)
        case .votes(let votes):
            return votes.votes.flatMap { vote($0.author, $0.sequence, $0.digest) }
        case .status, .pull, .checkpoint, .catchUp, .commits, .recoveryQuestion, .recoveryAnswer: return []
        }
    }

    /// What goes out for no reason at all.
    mutating func stir(delivered: [UInt64], at time: UInt64) -> [Outgoing] {
        guard time >= behaviour.start, !behaviour.kinds.contains(.silent) else { return [] }
        if behaviour.kinds.contains(.votesForNothing) {
            return [Outgoing(to: others, frame: votesForNothing(delivered))]
        }
        guard behaviour.kinds.contains(.floods), let frame = noise(delivered) else { return [] }
        return [Outgoing(to: random.coin() ? others : random.next() & others, frame: frame)]
    }

    private mutating func vote(_ author: UInt16, _ sequence: UInt64, _ digest: Hash256) -> [Outgoing] {
        let vote = Vote(kind: .echo, author: author, sequence: sequence, digest: digest)
        guard !voted.contains(vote), voteCounts[vote, default: 0] < Self.maximumVoteCount else { return [] }
        voteCounts[vote, default: 0] += 1
        voted.append(vote)
        if voted.count > 64 { voted.removeFirst(32) }
        let to = random.coin() ? others : random.next() & others
        return [votes(for: VertexName(author: Int(author), sequence: sequence), digest, to: to)]
    }

    private func votes(for name: VertexName, _ digest: Hash256, to: UInt64) -> Outgoing {
        let author = UInt16(truncatingIfNeeded: name.author)
        let votes = [Vote.Kind.echo, .ready].map {
            Vote(kind: $0, author: author, sequence: name.sequence, digest: digest)
        }
        return Outgoing(to: to, frame: VotesFrame(epoch: forge.epoch, votes: votes).encoded())
    }

    /// The same vertex is treated the same way as often as it is sent.
    private mutating func tamper(_ frame: [UInt8], to mask: UInt64, _ log: Disk) -> [Outgoing] {
        let treatment: Treatment
        if let known = treatments.first(where: { $0.frame == frame }) {
            treatment = known
        } else {
            treatment = Treatment(frame: frame, outgoing: treat(frame, log))
            treatments.append(treatment)
            if treatments.count > 16 { treatments.removeFirst() }
        }
        return treatment.outgoing.compactMap { outgoing in
            outgoing.to & mask == 0 ? nil : Outgoing(to: outgoing.to & mask, frame: outgoing.frame)
        }
    }

    private mutating func treat(_ frame: [UInt8], _ log: Disk) -> [Outgoing] {
        guard case .vertex(let own)? = try? Frame(decoding: frame), Int(own.vertex.author) == author,
            own.vertex.epoch == forge.epoch
        else { return [Outgoing(to: others, frame: frame)] }
        let discreet = behaviour.kinds.contains(.ignores) ? forge.withoutConfession(own.vertex) : nil
        let honest = [Outgoing(to: others, frame: discreet.flatMap(forge.sign)?.frame ?? frame)]
        parents.append(own.vertex.parents)
        if parents.count > 2 { parents.removeFirst() }
        guard random.happens(behaviour.chance) else { return honest }
        let some = behaviour.recipients ?? random.next()
        let ways = [Behaviour.Kinds.equivocates, .selects, .forks, .invalidPayload, .ignores]
            .filter { behaviour.kinds.contains($0) }
        guard !ways.isEmpty else { return honest }
        let way = ways[random.index(ways.count)]
        if way == .selects { return [Outgoing(to: some & others, frame: frame)] }
        guard let bad = forged(way, discreet ?? own.vertex, log).flatMap(forge.sign) else { return honest }
        switch way {
        case .equivocates:
            split = Split(
                name: VertexName(author: author, sequence: own.vertex.sequence),
                first: Vertex.digest(ofEncoding: own.encodedVertex), second: bad.digest, firstRecipients: some)
            return [Outgoing(to: some & others, frame: frame), Outgoing(to: ~some & others, frame: bad.frame)]
        case .forks: return [Outgoing(to: some & others, frame: bad.frame)] + honest
        default: return [Outgoing(to: (behaviour.recipients ?? others) & others, frame: bad.frame)]
        }
    }

    private mutating func forged(_ way: Behaviour.Kinds, _ vertex: Vertex, _ log: Disk) -> Vertex? {
        switch way {
        case .equivocates: return forge.second(of: vertex)
        case .forks: return forge.malformed(of: vertex, random: &random)
        case .ignores:
            let victim = behaviour.victim ?? random.index(authorCount)
            let isCareful = behaviour.victim != nil
            guard let bad = forge.ignoring(victim, down: parents[0][victim], of: vertex, log, epochNumber),
                !isCareful || forge.strongParents(of: bad, log, epochNumber) >= strongParents
            else { return nil }
            return bad
        default: return forge.withInvalidShare(vertex)
        }
    }

    private mutating func lie(_ frame: [UInt8], to mask: UInt64) -> [Outgoing] {
        guard case .status(let status)? = try? Frame(decoding: frame) else { return [] }
        let lanes = status.lanes.map { lane in
            let change = random.below(40)
            let delivered = change < 20 ? lane.delivered - min(change, lane.delivered) : lane.delivered + change - 19
            return StatusFrame.Lane(delivered: delivered, holdsNext: random.coin())
        }
        let lie = StatusFrame(
            epoch: status.epoch, commit: random.below(status.commit + 100), commitHash: status.commitHash,
            certified: random.coin() ? status.certified : random.next(), lanes: lanes)
        return [Outgoing(to: mask, frame: lie.encoded())]
    }
}

extension Adversary {
    /// A frame that nobody needs.
    private mutating func noise(_ delivered: [UInt64]) -> [UInt8]? {
        let lane = random.index(authorCount)
        let near = delivered[lane] + 1 + random.below(12)
        switch random.below(9) {
        case 0: return (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case 1: return damaged()
        case 2: return inventedVotes(epoch: noiseHash(), lane: lane, sequence: near)
        case 3: return inventedVotes(epoch: forge.epoch, lane: random.index(300), sequence: random.next() | 1)
        // For an instance that is next, a digest whose bytes nobody has.
        case 4: return inventedVotes(epoch: forge.epoch, lane: lane, sequence: near)
        case 5:
            let vertex = forge.invented(
                sequence: random.coin() ? near : random.next(), round: random.next() >> random.below(64),
                authorCount: authorCount, size: random.index(2_000))
            return vertex.flatMap(forge.sign)?.frame
        case 6:
            let items = (0..<PullFrame.maximumCount).map { _ in
                PullFrame.Item(
                    author: UInt16(truncatingIfNeeded: lane), sequence: near - min(near - 1, random.below(30)),
                    digest: noiseHash())
            }
            return PullFrame(epoch: forge.epoch, items: items).encoded()
        case 7:
            let lanes = (0...random.below(UInt64(2 * authorCount))).map { _ in
                StatusFrame.Lane(delivered: random.next() >> random.below(64), holdsNext: random.coin())
            }
            return StatusFrame(
                epoch: forge.epoch, commit: random.next(), commitHash: noiseHash(), certified: random.next(),
                lanes: lanes
            ).encoded()
        default: return heard.isEmpty ? nil : heard[random.index(heard.count)]
        }
    }

    private mutating func inventedVotes(epoch: Hash256, lane: Int, sequence: UInt64) -> [UInt8] {
        let votes = (0...random.below(20)).map { index in
            Vote(
                kind: random.coin() ? .echo : .ready, author: UInt16(truncatingIfNeeded: lane),
                sequence: max(sequence &+ index, 1), digest: noiseHash())
        }
        return VotesFrame(epoch: epoch, votes: votes).encoded()
    }

    /// A frame that it heard, with a bit flipped or an end that is not its own.
    private mutating func damaged() -> [UInt8]? {
        guard !heard.isEmpty else { return nil }
        var frame = heard[random.index(heard.count)]
        switch random.below(3) {
        case 0: frame.removeLast(random.index(frame.count + 1))
        case 1: frame.append(UInt8(truncatingIfNeeded: random.next()))
        default:
            guard !frame.isEmpty else { return nil }
            frame[random.index(frame.count)] ^= 1 << UInt8(random.below(8))
        }
        return frame
    }

    private mutating func noiseHash() -> Hash256 {
        let words = (0..<4).map { _ in random.next() }
        return Hash256(littleEndianWords: (words[0], words[1], words[2], words[3]))
    }
}
