internal import Bitcoin

/// Why the embedded node cannot start or go on. Each case reads as one line.
public enum RegtestNodeError: Error, Hashable, Sendable {
    /// The data directory cannot be made.
    case cannotMakeDirectory(path: String)
    /// Another process, or another node of this one, has the data directory.
    case directoryInUse(path: String)
    /// The kernel cannot be used.
    case kernel(KernelError)
    /// The journal of blocks cannot be used.
    case journal(BlockJournalError)
    /// The kernel does not take a block of the journal: which one, counted from 1, and why.
    case journalRefused(number: Int, reason: String)
}

extension RegtestNodeError: CustomStringConvertible {
    /// One line for the operator.
    public var description: String {
        switch self {
        case .cannotMakeDirectory(let path): "cannot make \(path)"
        case .directoryInUse(let path): "\(path) is in use by another node"
        case .kernel(let error): error.description
        case .journal(let error): error.description
        case .journalRefused(let number, let reason): "block \(number) of the journal is refused now: \(reason)"
        }
    }
}
