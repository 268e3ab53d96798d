/// One Bracha instance with a byzantine author, byzantine voters who may say anything to anybody, and two digests:
/// a correct member is what it has echoed, readied and delivered, and members who are alike are only counted.
/// Exploring all states is exploring all interleavings.
struct QuorumModel {
    let correct: Int
    let byzantine: Int
    let echoQuorum: Int
    let amplification: Int
    let delivery: Int
    /// Whether the vertex's author is correct: then every correct member can be made to echo the first digest only.
    var hasCorrectAuthor = false

    /// How many correct members are of each of the 27 kinds, four bits a kind.
    struct State: Hashable {
        private var counts: UInt128 = 0

        /// Members who have said and heard nothing.
        init(correct: Int) {
            counts = UInt128(correct)
        }

        func count(_ kind: Kind) -> Int {
            Int(counts >> UInt128(4 * kind.index) & 15)
        }

        /// One member more of a kind and one less of another.
        func moving(_ from: Kind, to: Kind) -> State {
            var next = self
            next.counts -= 1 << UInt128(4 * from.index)
            next.counts += 1 << UInt128(4 * to.index)
            return next
        }

        /// How many members have the digest in a place of their kind.
        func count(_ place: KeyPath<Kind, Int>, _ digest: Int) -> Int {
            Kind.all.reduce(0) { $0 + ($1[keyPath: place] == digest ? count($1) : 0) }
        }
    }

    /// What one member has done: 0 for nothing, 1 and 2 for the digests.
    struct Kind: Hashable {
        var echoed: Int
        var readied: Int
        var delivered: Int

        var index: Int { echoed + 3 * readied + 9 * delivered }

        static let all = (0..<27).map { Kind(echoed: $0 % 3, readied: $0 / 3 % 3, delivered: $0 / 9) }
    }

    struct Outcome: Equatable {
        var states = 0
        /// No two correct members deliver different digests.
        var agreement = true
        /// What one correct member delivers, all deliver once correct members' messages have arrived.
        var totality = true
        /// If one correct member delivers anything, nobody is left with nothing.
        var nobodyIsLeftOut = true
        /// With a correct author all deliver its digest.
        var validity = true
    }

    /// - Parameter isEnough: ends the search early when true of what has been found so far.
    func explore(until isEnough: (Outcome) -> Bool = { _ in false }) -> Outcome {
        let start = State(correct: correct)
        var seen: Set<State> = [start]
        var pending = [start]
        var outcome = Outcome()
        while let state = pending.popLast(), !isEnough(outcome) {
            outcome.states += 1
            judge(state, &outcome)
            for next in successors(of: state, help: byzantine, echoes: true) where seen.insert(next).inserted {
                pending.append(next)
            }
        }
        return outcome
    }

    private func judge(_ state: State, _ outcome: inout Outcome) {
        let delivered = (1...2).map { state.count(\.delivered, $0) }
        if delivered[0] > 0 && delivered[1] > 0 { outcome.agreement = false }
        // Nothing is left that correct members' messages alone bring about.
        guard successors(of: state, help: 0, echoes: hasCorrectAuthor).isEmpty else { return }
        if delivered.contains(where: { $0 > 0 && $0 < correct }) { outcome.totality = false }
        if (1..<correct).contains(delivered[0] + delivered[1]) { outcome.nobodyIsLeftOut = false }
        if hasCorrectAuthor && delivered[0] < correct { outcome.validity = false }
    }

    /// What can happen next when so many byzantine votes arrive where they are wanted.
    private func successors(of state: State, help: Int, echoes: Bool) -> [State] {
        let readied = [0] + (1...2).map { state.count(\.readied, $0) }
        let echoed = [0] + (1...2).map { state.count(\.echoed, $0) }
        var found: [State] = []
        for kind in Kind.all where state.count(kind) > 0 {
            func turn(_ place: WritableKeyPath<Kind, Int>, _ digest: Int, when isAllowed: Bool) {
                guard isAllowed, kind[keyPath: place] == 0 else { return }
                var next = kind
                next[keyPath: place] = digest
                found.append(state.moving(kind, to: next))
            }
            for digest in 1...2 {
                turn(\.echoed, digest, when: echoes && (digest == 1 || !hasCorrectAuthor))
                turn(
                    \.readied, digest,
                    when: echoed[digest] + help >= echoQuorum || readied[digest] + help >= amplification)
                turn(\.delivered, digest, when: readied[digest] + help >= delivery)
            }
        }
        return found
    }
}
