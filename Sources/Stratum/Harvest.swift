internal import CStratum

/// What there is to do: shares to store, refusals to count, logins to answer. A view of the server's own memory, which
/// lasts for the call that it is handed to; it can neither be copied nor kept.
///
/// Safe: the pointers are valid until the next rp_stratum_take, and StratumIntake alone calls that, after `body`.
@safe public struct Harvest: ~Copyable {
    private let raw: rp_stratum_harvest

    init(_ raw: rp_stratum_harvest) {
        unsafe self.raw = unsafe raw
    }

    /// How many shares are to be stored.
    public var shareCount: Int { unsafe raw.share_count }

    /// How many shares were refused.
    public var refusalCount: Int { unsafe raw.refusal_count }

    /// Whether miners refuse to work on the present job, so that a fresh one is wanted.
    public var isRefreshWanted: Bool { unsafe raw.refresh_wanted }

    /// Whether the server has stopped; nothing comes after this.
    public var isFinished: Bool { unsafe raw.finished }

    /// Calls `body` with each share to be stored, in the order in which they were accepted.
    public func forEachShare(_ body: (AcceptedShare) -> Void) {
        let shares = unsafe UnsafeBufferPointer(start: raw.shares, count: raw.share_count)
        for index in shares.indices {
            body(CStratumBridge.share(unsafe shares[index]))
        }
    }

    /// Calls `body` with each refused share.
    public func forEachRefusal(_ body: (RefusedShare) -> Void) {
        let refusals = unsafe UnsafeBufferPointer(start: raw.refusals, count: raw.refusal_count)
        for index in refusals.indices {
            body(CStratumBridge.refusal(unsafe refusals[index]))
        }
    }

    /// The logins, each to be answered by `StratumServer.answer`.
    public var logins: [MinerLogin] {
        guard let first = unsafe raw.logins else { return [] }
        return unsafe (0..<raw.login_count).map { unsafe CStratumBridge.login(first + $0) }
    }
}
