public import Bitcoin

/// What a `NodeSet` has to say.
///
/// Times are those at which the last byte of the node's answer was there, in nanoseconds of CLOCK_MONOTONIC.
public enum NodeEvent: Sendable {
    /// There is a new tip to build on; its full template follows.
    case head(TemplateHead, receivedAt: UInt64)
    /// A full template on the tip of the last head.
    case template(BlockTemplate, receivedAt: UInt64)
    /// Some node's health changed; all of them, by priority.
    case health([NodeHealth])
}
