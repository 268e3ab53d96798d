public import Bitcoin
public import Wire

/// What happens to a member.
public enum Input: Sendable {
    /// Bytes from an author, by its index, over a channel that proves who it is.
    case received(from: Int, bytes: [UInt8])
    /// Records for the own lane, in their encodings; a control record makes rounds hurry.
    case records([[UInt8]], isControl: Bool)
    /// What the own node says of the chain now.
    case facts(ChainFacts?)
    /// Vertices that a `recall` asked for, as they stand in the log.
    case recalled([VertexFrame])
    /// What the ledger came to after a commit at which there is to be a checkpoint. The commit is durable.
    case ledgerRoot(commit: UInt64, root: Hash256)
    /// Nothing but time.
    case wake
}

/// What a member must do, in this order: nothing that stands after a `persist`, of this step or of an earlier one, is
/// done before that is durable, but for `ask` and for what is served from the durable part of the log. Those are done
/// at once: where they waited for a slow disk, this member or another would get what it lacks that much later each
/// time, and fall behind for good.
public enum Effect: Sendable {
    /// Append to the log and make durable.
    case persist([LogEntry])
    /// Send a frame to an author by its index; nil is all others.
    case send(to: Int?, frame: [UInt8])
    /// The same for a status or a question, which promise nothing: it leaves at once.
    case ask(to: Int?, frame: [UInt8])
    /// The next commit of the log.
    case commit(Commit)
    /// The epoch has ended with the commit before. Own records that no commit holds belong into the next epoch.
    case closed(next: EpochConfiguration, unordered: [[UInt8]])
    /// Q voters signed a checkpoint; each is newer than the one before.
    case certify(CheckpointCertificate)
    /// Send to a peer, from the log, one's READY for each of these delivered vertices of a lane. Whether it was
    /// readied or not: what is delivered can have no other.
    case serveReadies(to: Int, author: Int, sequences: ClosedRange<UInt64>)
    /// Send to a peer, from the log, a delivered vertex if it has the digest.
    case serveVertex(to: Int, PullFrame.Item)
    /// Send to a peer, from the log, the smallest certificate above a commit and the commits up to it, if there is one.
    case serveCommits(to: Int, after: UInt64)
    /// Look up delivered vertices in the log and come back with `recalled`.
    case recall([VertexName])
    /// The gate refused the member's own records; they are not sent.
    case quarantine([[UInt8]])
    /// An operator must know.
    case alarm(Alarm)
}

/// Names a vertex within an epoch.
public struct VertexName: Hashable, Sendable {
    /// The author's index.
    public let author: Int
    /// The sequence in its lane.
    public let sequence: UInt64

    /// The vertex of an author with a sequence.
    public init(author: Int, sequence: UInt64) {
        self.author = author
        self.sequence = sequence
    }
}

/// What an operator must know.
public enum Alarm: Hashable, Sendable {
    /// An author signed two vertices for one instance.
    case equivocation(author: Int)
    /// The member's own lane has a vertex that it did not make: another process has its key, or its log is old.
    case foreignOwnVertex(sequence: UInt64)
    /// Others know of vertices or votes of the member that its log does not have: the log is old. The member takes
    /// up its own vertices and casts no votes that it may have cast before.
    case oldLog
    /// The signer gave no signature.
    case cannotSign
    /// f+1 voters signed something else for a commit, or the own ledger did before: nothing more is signed.
    case diverged(commit: UInt64)
    /// The epoch that begins has two or three voters: none of them may fail, and one that lies is not found out.
    case toleratesNoFault(voters: Int)
}

extension Alarm: CustomStringConvertible {
    /// One line for the operator's log.
    public var description: String {
        switch self {
        case .equivocation(let author): "author \(author) signed two vertices for one instance"
        case .foreignOwnVertex(let sequence):
            "vertex \(sequence) of this member's lane is not its own: another process has its key, or its log is old"
        case .oldLog: "this member's log is old: it takes up its own vertices, and casts no votes for a while"
        case .cannotSign: "the signer gave no signature"
        case .diverged(let commit): "others came to something else at commit \(commit): nothing more is signed"
        case .toleratesNoFault(let voters):
            "\(voters) voters tolerate no fault: when one stops, nothing is committed until it is back"
        }
    }
}
