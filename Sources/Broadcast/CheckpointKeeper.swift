internal import Bitcoin
internal import Wire

/// The signatures of checkpoints, own and others' (docs/protocol/broadcast.md, Checkpoints).
struct CheckpointKeeper: Sendable {
    /// How many of its newest checkpoints are kept of each voter.
    static let kept = 4
    /// How many of the newest commits can still be signed.
    static let hashes = 1_024

    private struct Signed: Sendable {
        let checkpoint: Checkpoint
        let signature: [UInt8]
    }

    private let epoch: Epoch
    /// By the voter's position, each ascending by commit.
    private var signed: [[Signed]]
    /// H of the newest commits, the last of which has the number `newest`.
    private var recent: [Hash256] = []
    private var newest: UInt64
    /// What the member came to itself, ascending by commit: at most `kept`.
    private var own: [Checkpoint] = []
    /// The number of the newest certified checkpoint; 0 for none.
    private(set) var certified: UInt64 = 0
    private(set) var isHalted = false
    /// Once the epoch has ended: its last commit, whose checkpoint names the next epoch.
    private var last: (commit: UInt64, next: Hash256)?

    init(_ epoch: Epoch) {
        self.epoch = epoch
        signed = [[Signed]](repeating: [], count: epoch.voters.count)
        newest = epoch.configuration.firstCommit
    }

    mutating func committed(_ hash: Hash256) {
        newest += 1
        recent.append(hash)
        // Rarely, since it moves the rest.
        if recent.count >= 2 * Self.hashes { recent.removeFirst(Self.hashes) }
    }

    /// The epoch has ended with a commit.
    mutating func close(with next: Hash256, at commit: UInt64) {
        last = (commit, next)
    }

    /// The id that the checkpoint of a commit bears: that of the next epoch for the last commit of this one.
    private func bearer(of commit: UInt64) -> Hash256 {
        if let last, commit == last.commit { last.next } else { epoch.id }
    }

    /// Whether a checkpoint is of this epoch, as far as it is known.
    func concerns(_ checkpoint: Checkpoint) -> Bool {
        checkpoint.epoch == bearer(of: checkpoint.commit)
    }

    /// The checkpoint of a recent commit of this epoch.
    func checkpoint(_ commit: UInt64, root: Hash256) -> Checkpoint? {
        guard commit <= newest, newest - commit < UInt64(recent.count) else { return nil }
        let hash = recent[recent.count - 1 - Int(newest - commit)]
        return Checkpoint(epoch: bearer(of: commit), commit: commit, commitHash: hash, ledgerRoot: root)
    }

    /// What the member has come to at a commit before, in this life or an earlier one.
    func ownCheckpoint(_ commit: UInt64) -> Checkpoint? {
        own.first { $0.commit == commit }
    }

    /// Whether a commit is newer than all that the member signed.
    func isNew(_ commit: UInt64) -> Bool {
        commit > own.last?.commit ?? 0
    }

    mutating func remember(_ checkpoint: Checkpoint) {
        own.append(checkpoint)
        if own.count > Self.kept { own.removeFirst() }
    }

    mutating func halt() {
        isHalted = true
    }

    /// Whether a voter's signature would tell anything new. It is asked before the signature is checked.
    func wants(_ checkpoint: Checkpoint, from position: Int) -> Bool {
        let list = signed[position]
        return concerns(checkpoint) && checkpoint.commit > epoch.configuration.firstCommit
            && checkpoint.commit > certified && !list.contains { $0.checkpoint.commit == checkpoint.commit }
            && (list.count < Self.kept || checkpoint.commit > list[0].checkpoint.commit)
    }

    mutating func add(_ checkpoint: Checkpoint, _ signature: [UInt8], of position: Int) {
        let index = signed[position].firstIndex { $0.checkpoint.commit > checkpoint.commit } ?? signed[position].count
        signed[position].insert(Signed(checkpoint: checkpoint, signature: signature), at: index)
        if signed[position].count > Self.kept { signed[position].removeFirst() }
    }

    /// The certificate of a checkpoint as soon as Q voters signed it.
    mutating func certificate(_ checkpoint: Checkpoint) -> CheckpointCertificate? {
        guard checkpoint.commit > certified else { return nil }
        var signatures: [CheckpointCertificate.Signature] = []
        for (position, list) in signed.enumerated() {
            guard let one = list.first(where: { $0.checkpoint == checkpoint }) else { continue }
            let author = UInt16(truncatingIfNeeded: epoch.voters[position])
            signatures.append(CheckpointCertificate.Signature(author: author, bytes: one.signature))
        }
        guard signatures.count >= epoch.quorum.decision,
            let certificate = try? CheckpointCertificate(checkpoint, signatures: signatures)
        else { return nil }
        certified = checkpoint.commit
        return certificate
    }

    /// Whether f+1 voters agree on something else than the member's own checkpoint of that commit.
    func contradicts(_ checkpoint: Checkpoint) -> Bool {
        guard let mine = ownCheckpoint(checkpoint.commit), mine != checkpoint else { return false }
        return signed.count { $0.contains { $0.checkpoint == checkpoint } } >= epoch.quorum.oneCorrect
    }

    /// Everything that voters signed for a commit.
    func all(_ commit: UInt64) -> [Checkpoint] {
        signed.compactMap { $0.first { $0.checkpoint.commit == commit }?.checkpoint }
    }

    /// A voter's own frames of what a peer has no certificate of.
    func frames(of position: Int, after commit: UInt64) -> [CheckpointFrame] {
        signed[position].filter { $0.checkpoint.commit > commit }
            .map { CheckpointFrame(checkpoint: $0.checkpoint, signature: $0.signature) }
    }
}
