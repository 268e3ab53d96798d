internal import Bitcoin
internal import Wire

/// A correct member signs one checkpoint for a commit, of a commit that it has made, and H is the order's (I10).
struct SignatureCheck {
    private struct Signed {
        let member: Int
        let checkpoint: Checkpoint
    }

    private var signed: [Signed] = []

    /// - Parameters:
    ///   - committed: the number of the member's newest commit.
    ///   - hash: H of the checkpoint's commit, as all correct members have it.
    mutating func sent(by member: Int, _ checkpoint: Checkpoint, committed: UInt64, hash: Hash256?) -> String? {
        let name = "checkpoint \(checkpoint.commit)"
        if let first = signed.first(where: { $0.member == member && $0.checkpoint.commit == checkpoint.commit }) {
            return first.checkpoint == checkpoint ? nil : "signed a second, different \(name)"
        }
        signed.append(Signed(member: member, checkpoint: checkpoint))
        guard checkpoint.commit <= committed else { return "signed \(name) with commit \(committed)" }
        return checkpoint.commitHash == hash ? nil : "signed \(name) with another H"
    }
}
