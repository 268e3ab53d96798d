/// What a byzantine member does instead of what it should.
package struct Behaviour: Sendable {
    /// One way to misbehave; they combine.
    package struct Kinds: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Says nothing.
        package static let silent = Kinds(rawValue: 1 << 0)
        /// Sends two vertices for one sequence to two halves of the others.
        package static let equivocates = Kinds(rawValue: 1 << 1)
        /// Sends its vertices to some only.
        package static let selects = Kinds(rawValue: 1 << 2)
        /// Echoes and readies everything it hears of, one digest here and another there.
        package static let doubleVotes = Kinds(rawValue: 1 << 3)
        /// Runs twice under one key.
        package static let twins = Kinds(rawValue: 1 << 4)
        /// Sends garbage, foreign epochs, invented instances and whatever costs the others time.
        package static let floods = Kinds(rawValue: 1 << 5)
        /// Sends vertices that extend its lane in wrong ways.
        package static let forks = Kinds(rawValue: 1 << 6)
        /// Puts an invalid share into a vertex.
        package static let invalidPayload = Kinds(rawValue: 1 << 7)
        /// Says that it has delivered more or less than it has.
        package static let liesInStatus = Kinds(rawValue: 1 << 8)

        /// Names older vertices of one voter than it has.
        package static let ignores = Kinds(rawValue: 1 << 9)

        /// Echoes and readies, with its colluders, digests of which nobody has the bytes.
        package static let votesForNothing = Kinds(rawValue: 1 << 10)
        /// Says that much is certified, and answers who wants it with lies, old news or nothing.
        package static let liesInCatchUp = Kinds(rawValue: 1 << 11)

        /// Those that seeds draw from.
        package static let drawn: [Kinds] = [
            .silent, .equivocates, .selects, .doubleVotes, .twins, .floods, .forks, .invalidPayload, .liesInStatus,
            .ignores,
        ]
    }

    package var kinds: Kinds
    /// When it begins, microseconds; before, the member is correct.
    package var start: UInt64 = 0
    /// Of a million own vertices, so many are tampered with.
    package var chance: UInt64 = 250_000
    /// Who gets an own vertex, or the first of two; nil draws it for each vertex.
    package var recipients: UInt64?
    /// Who is ignored; nil draws it for each vertex.
    package var victim: Int?
    /// The time between two frames of a flood, microseconds.
    package var floodPause: ClosedRange<UInt64> = 10_000...100_000

    package init(_ kinds: Kinds) {
        self.kinds = kinds
    }

    /// One to three kinds, drawn from the source; every fourth time the most dangerous pair.
    static func drawn(_ random: inout SplitMix64, from start: UInt64, before end: UInt64) -> Behaviour {
        var kinds: Kinds = []
        if random.happens(250_000) {
            kinds = [.equivocates, .doubleVotes]
        } else {
            for _ in 0...random.below(3) { kinds.insert(Kinds.drawn[random.index(Kinds.drawn.count)]) }
        }
        var behaviour = Behaviour(kinds)
        behaviour.start = random.coin() ? 0 : random.within(start...end)
        behaviour.chance = [50_000, 250_000, 1_000_000][random.index(3)]
        return behaviour
    }
}
