public import Shares

/// What the stratum server counted since its start, and what it holds now. Each number is exact; all of them together
/// are nearly of one moment.
public struct StratumMetrics: Hashable, Sendable {
    /// Connections that are open now.
    public var connections: UInt64 = 0
    /// Of them, those that are subscribed and authorised.
    public var miners: UInt64 = 0
    /// Connections that were accepted since the start.
    public var acceptedConnections: UInt64 = 0
    /// Connections that ended, by `ConnectionEnding.rawValue`.
    public var endings = [UInt64](repeating: 0, count: ConnectionEnding.allCases.count)
    /// Lines that were read.
    public var lines: UInt64 = 0
    /// Bytes that were read.
    public var bytesIn: UInt64 = 0
    /// Bytes that were written.
    public var bytesOut: UInt64 = 0
    /// Answered submits, by `ShareVerdict.rawValue`.
    public var verdicts = [UInt64](repeating: 0, count: ShareVerdict.allCases.count)
    /// Requests refused with a JSON-RPC error: parse error, invalid request, method not found, invalid params.
    public var requestErrors = [UInt64](repeating: 0, count: 4)
    /// Logins that were refused.
    public var refusedLogins: UInt64 = 0
    /// Shares that solved a block.
    public var blocks: UInt64 = 0
    /// Jobs that were written to a miner.
    public var notifies: UInt64 = 0
    /// Sessions that went on with their extranonce1 after a reconnect.
    public var resumed: UInt64 = 0
    /// Shares that the duplicate filters hold now.
    public var filteredShares: UInt64 = 0
    /// Shares that wait for the disk now.
    public var waitingShares: UInt64 = 0
    /// From the read of a submit to the write of its answer.
    public var reply = LatencyHistogram()
    /// From the node's answer to the write of its job to one miner.
    public var notify = LatencyHistogram()

    /// A server at its start.
    public init() {}

    /// How many submits got a verdict.
    public subscript(verdict: ShareVerdict) -> UInt64 { verdicts[Int(verdict.rawValue)] }

    /// How many connections ended in a way.
    public subscript(ending: ConnectionEnding) -> UInt64 { endings[Int(ending.rawValue)] }
}
