/// The paces of a member, which need not be the same at all members. Times are milliseconds.
public struct BroadcastSettings: Sendable {
    /// The least time between two own vertices.
    public var minimumRound: UInt64 = 250
    /// The same while a control record is pending.
    public var hurriedRound: UInt64 = 10
    /// How often a status goes out.
    public var statusInterval: UInt64 = 250
    /// How long bytes may be missing before they are pulled.
    public var pullDelay: UInt64 = 50
    /// The time until the next pull, doubled each time up to `longestPullInterval`.
    public var pullInterval: UInt64 = 300
    /// The longest time between two pulls.
    public var longestPullInterval: UInt64 = 5_000
    /// The shortest time that an anchor is waited for.
    public var shortestAnchorWait: UInt64 = 100
    /// The longest.
    public var longestAnchorWait: UInt64 = 10_000
    /// How many committed vertices of a lane stay in memory at least.
    public var retainedVertices = 512
    /// How many signatures of a peer's vertices are checked in a status interval.
    public var signatureChecks = 32

    /// The defaults.
    public init() {}
}

/// What a member dropped or found wrong since its start.
public struct BroadcastCounters: Hashable, Sendable {
    /// Frames that are too long, malformed, of another epoch or from nobody.
    public var badFrames: UInt64 = 0
    /// Vertices outside the window.
    public var droppedVertices: UInt64 = 0
    /// Votes outside the window or of authors that do not vote.
    public var droppedVotes: UInt64 = 0
    /// Second votes for an instance with another digest.
    public var conflictingVotes: UInt64 = 0
    /// Vertices whose signature is not their author's.
    public var badSignatures: UInt64 = 0
    /// Vertices that were not checked, because the peer's budget was spent.
    public var uncheckedVertices: UInt64 = 0
    /// Signed vertices that are not well formed.
    public var malformedVertices: UInt64 = 0
    /// Own vertices made.
    public var ownVertices: UInt64 = 0

    /// Nothing yet.
    public init() {}
}

/// What a member holds in memory beside its committed past.
public struct BroadcastFootprint: Hashable, Sendable {
    /// Instances in the windows, 8 for each lane.
    public var instances = 0
    /// Digests that votes of the instances name.
    public var choices = 0
    /// The most of them in one instance.
    public var mostChoices = 0
    /// Vertices whose bytes are held and which are not delivered.
    public var heldVertices = 0
    /// Bytes of those.
    public var heldBytes = 0
    /// Vertices that are delivered and in memory.
    public var graphVertices = 0
    /// Vertices that are delivered and not committed.
    public var uncommittedVertices = 0
}
