public import Bitcoin
public import Wire

/// What a member remembers through a crash (docs/protocol/broadcast.md, Persist before sending).
public enum LogEntry: Hashable, Sendable {
    /// The bytes of a vertex: an own one, or one that is echoed or delivered after it.
    case vertex(VertexFrame)
    /// An echo that was or will be sent.
    case echoed(VertexName, Hash256)
    /// A ready that was or will be sent.
    case readied(VertexName, Hash256)
    /// A delivery; the vertex stands before it.
    case delivered(VertexName, Hash256)
    /// Evidence that goes into the own lane.
    case evidence(EquivocationEvidence)
    /// A commit by a certificate, which no votes in the log bring about: its anchor.
    case certified(anchor: VertexName)
    /// The log was found to be old: for each lane up to where no votes are cast.
    case abstained([UInt64])
    /// A checkpoint that is signed. There is never another one with its number.
    case signed(Checkpoint)
    /// f+1 voters came to something else at a commit: the member signs nothing more.
    case diverged(commit: UInt64)
}
