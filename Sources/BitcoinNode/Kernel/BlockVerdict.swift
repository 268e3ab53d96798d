/// What full validation made of a block.
public enum BlockVerdict: Hashable, Sendable {
    /// Valid, and connected to the best chain.
    case connected
    /// Kept and not judged in full: it lies on a branch that has no more work than the best chain.
    case stored
    /// Was there before.
    case known
    /// Breaks a rule; the reason as Bitcoin Core words it, such as `bad-cb-amount`.
    case refused(reason: String)
    /// Not the serialisation of a block.
    case unreadable
}
