/// After the end of chaos commits grow, and no live member stays far behind (I8).
struct ProgressCheck {
    /// How many rounds a live member's newest anchor may lie behind another's.
    static let longestLag: UInt64 = 6
    /// How long it may lack a commit that another has, however many rounds that is: with a control record pending a
    /// slow disk takes longer for one write than the others for six rounds. Microseconds.
    static let longestWait: UInt64 = 2_000_000

    /// By member, when progress began to be demanded; nil before.
    private var start: [UInt64]?

    mutating func begin(_ commits: [UInt64]) {
        start = commits
    }

    /// At the end, for each live member: its commits, its newest anchor's round, and for how long another has had a
    /// commit that it lacks.
    func judge(
        live: [Int], commits: [UInt64], rounds: [UInt64], waits: [UInt64]
    ) -> [(member: Int, text: String)] {
        guard let start else { return [] }
        let newest = live.map { rounds[$0] }.max() ?? 0
        return live.compactMap { member in
            if commits[member] <= start[member] {
                return (member, "no commit after the \(start[member]) that it had after the end of chaos")
            }
            let lag = newest - rounds[member]
            let isBehind = lag > Self.longestLag && waits[member] > Self.longestWait
            return isBehind ? (member, "its newest anchor is \(lag) rounds behind another's") : nil
        }
    }
}
