/// Why Bitcoin Core's kernel cannot be used. Each case reads as one line; the daemon ends with exit code 69.
public enum KernelError: Error, Hashable, Sendable {
    /// There is no readable file at the path.
    case noFile(path: String)
    /// The file is not the pinned library; its SHA-256 in hex.
    case notPinned(path: String, sha256: String)
    /// The file cannot be loaded as a shared library; the loader's words.
    case notLoadable(path: String, String)
    /// The library is of another ABI; which symbol is missing.
    case otherABI(path: String, String)
    /// The library could not open a chain in the directory.
    case cannotOpenChain(directory: String)
    /// The library could not judge a block, for want of disk or memory.
    case cannotJudge
    /// A block that the library has taken cannot be read back.
    case unreadableBlock(hash: String)
}

extension KernelError: CustomStringConvertible {
    /// One line for the operator.
    public var description: String {
        switch self {
        case .noFile(let path):
            "no libbitcoinkernel at \(path): run scripts/setup-kernel, or set RADPOOL_KERNEL_LIBRARY"
        case .notPinned(let path, let sha256):
            "\(path) has SHA-256 \(sha256), not that of the pinned libbitcoinkernel: run scripts/setup-kernel"
        case .notLoadable(let path, let words): "cannot load \(path): \(words)"
        case .otherABI(let path, let words): "cannot use \(path): \(words)"
        case .cannotOpenChain(let directory): "libbitcoinkernel cannot open a chain in \(directory)"
        case .cannotJudge: "libbitcoinkernel could not judge a block: disk or memory ran out"
        case .unreadableBlock(let hash): "libbitcoinkernel cannot read back block \(hash)"
        }
    }
}
