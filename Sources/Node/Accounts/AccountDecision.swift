public import Wire

/// What the account book says about a login or an application.
public enum AccountDecision: Hashable, Sendable {
    /// Has an account here, stored in an earlier group.
    case granted(MinerRegistration)
    /// Has a new account, which must be stored before the answer is given (`AccountBook.withdraw` if it cannot be).
    case created(MinerRegistration)
    /// The webhook decides: ask it, then call `AccountBook.admit`, or refuse with `AccountRefusal.webhook`.
    case ask(AccountApplication)
    /// Gets no account.
    case refused(AccountRefusal)
}
