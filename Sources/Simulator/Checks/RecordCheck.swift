internal import Broadcast

/// Every record that a correct member acknowledged is committed exactly once (I6).
struct RecordCheck {
    private struct Fate {
        var acknowledged: UInt64?
        var committed: UInt64?
        var commit: UInt64 = 0
    }

    /// By author, ordinary and control records apart, and by number; nonces inside.
    private var fates: [[Fate]]

    init(authorCount: Int) {
        fates = Array(repeating: [], count: 2 * authorCount)
    }

    mutating func acknowledged(_ share: FakeShare) -> String? {
        guard reserve(share) else { return nil }
        let known = fates[Self.row(share)][Int(share.number)].acknowledged
        fates[Self.row(share)][Int(share.number)].acknowledged = share.nonce
        return known == nil || known == share.nonce ? nil : "record \(share.number) was acknowledged twice"
    }

    /// The first correct member's commit with its number holds a record of a correct author.
    mutating func committed(_ share: FakeShare, in commit: UInt64) -> String? {
        guard reserve(share) else { return nil }
        let known = fates[Self.row(share)][Int(share.number)].committed
        fates[Self.row(share)][Int(share.number)].committed = share.nonce
        fates[Self.row(share)][Int(share.number)].commit = commit
        return known == nil ? nil : "record \(share.number) of \(share.author) is committed twice"
    }

    /// What the author acknowledged and is not among the first `commits` commits.
    func missing(of author: Int, within commits: UInt64) -> [String] {
        (fates[2 * author] + fates[2 * author + 1]).compactMap { fate in
            guard let nonce = fate.acknowledged else { return nil }
            if fate.committed != nonce { return "an acknowledged record of \(author) is lost" }
            return fate.commit <= commits ? nil : "an acknowledged record of \(author) is not committed here"
        }
    }

    /// How many records were acknowledged.
    var acknowledgedCount: Int {
        fates.reduce(0) { $0 + $1.count { $0.acknowledged != nil } }
    }

    private static func row(_ share: FakeShare) -> Int {
        2 * share.author + (share.isControl ? 1 : 0)
    }

    private mutating func reserve(_ share: FakeShare) -> Bool {
        guard fates.indices.contains(Self.row(share)), share.number < 1 << 20 else { return false }
        while fates[Self.row(share)].count <= share.number { fates[Self.row(share)].append(Fate()) }
        return true
    }
}
