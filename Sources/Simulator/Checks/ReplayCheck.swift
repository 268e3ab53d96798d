internal import Bitcoin
internal import Broadcast

/// A member's log gives back its commits (I11).
enum ReplayCheck {
    /// What is wrong with the commits that a log gave, for a member that had announced so many.
    static func judge(_ commits: [Commit], announced: UInt64, hash: (UInt64) -> Hash256?) -> [String] {
        var found: [String] = []
        for (index, commit) in commits.enumerated() {
            if commit.number != UInt64(index + 1) {
                found.append("the log gives commit \(commit.number) in place \(index + 1)")
            } else if let known = hash(commit.number), known != commit.hash {
                found.append("the log gives another commit \(commit.number)")
            }
        }
        if UInt64(commits.count) < announced {
            found.append("the log gives \(commits.count) commits, \(announced) were announced")
        }
        return found
    }
}
