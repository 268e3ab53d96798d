/// One Bracha instance with two digests, in a counting abstraction: what correct members can do depends only on how
/// many of them have echoed, readied and delivered each digest, and byzantine voters may say anything to anybody.
/// Exploring all states is exploring all interleavings.
struct QuorumModel {
    let correct: Int
    let byzantine: Int
    let echoQuorum: Int
    let amplification: Int
    let delivery: Int
    /// Whether the vertex's author is correct: then every correct member can be made to echo the first digest only.
    var hasCorrectAuthor = false

    struct State: Hashable {
        /// Correct members by digest.
        var echoed: [Int] = [0, 0]
        var readied: [Int] = [0, 0]
        var delivered: [Int] = [0, 0]
    }

    struct Outcome: Equatable {
        var states = 0
        /// No two correct members deliver different digests.
        var agreement = true
        /// If one correct member delivers, all do once correct members' messages have arrived.
        var totality = true
        /// With a correct author all deliver its digest.
        var validity = true
    }

    func explore() -> Outcome {
        var seen: Set<State> = [State()]
        var pending = [State()]
        var outcome = Outcome()
        while let state = pending.popLast() {
            outcome.states += 1
            judge(state, &outcome)
            for next in successors(of: state, help: byzantine, echoes: true) where seen.insert(next).inserted {
                pending.append(next)
            }
        }
        return outcome
    }

    private func judge(_ state: State, _ outcome: inout Outcome) {
        let delivered = state.delivered[0] + state.delivered[1]
        if state.delivered[0] > 0 && state.delivered[1] > 0 { outcome.agreement = false }
        // Nothing is left that correct members' messages alone bring about.
        guard successors(of: state, help: 0, echoes: hasCorrectAuthor).isEmpty else { return }
        if delivered > 0 && delivered < correct { outcome.totality = false }
        if hasCorrectAuthor && state.delivered[0] < correct { outcome.validity = false }
    }

    /// What can happen next when so many byzantine votes arrive where they are wanted.
    private func successors(of state: State, help: Int, echoes: Bool) -> [State] {
        var found: [State] = []
        for digest in 0..<2 {
            if echoes, !hasCorrectAuthor || digest == 0, state.echoed[0] + state.echoed[1] < correct {
                var next = state
                next.echoed[digest] += 1
                found.append(next)
            }
            let isReady =
                state.echoed[digest] + help >= echoQuorum || state.readied[digest] + help >= amplification
            if isReady, state.readied[0] + state.readied[1] < correct {
                var next = state
                next.readied[digest] += 1
                found.append(next)
            }
            if state.readied[digest] + help >= delivery, state.delivered[0] + state.delivered[1] < correct {
                var next = state
                next.delivered[digest] += 1
                found.append(next)
            }
        }
        return found
    }
}
