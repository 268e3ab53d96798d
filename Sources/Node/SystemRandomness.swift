public import Curve
internal import Glibc

/// Random bytes of the operating system, the only source of secrets.
public enum SystemRandomness {
    /// Fills secret bytes, in place: the randomness is nowhere else in memory.
    ///
    /// - Throws: `SystemRandomnessError` if the system has none to give.
    public static func fill(_ secret: inout SecretBytes) throws(SystemRandomnessError) {
        try secret.withMutableBytes { (bytes: inout MutableRawSpan) throws(SystemRandomnessError) in
            try bytes.withUnsafeMutableBytes { (buffer) throws(SystemRandomnessError) in
                // getrandom(2) behind the portable name: waits until the system has been seeded, fills all or fails.
                guard getentropy(buffer.baseAddress, buffer.count) == 0 else {
                    throw SystemRandomnessError(code: errno)
                }
            }
        }
    }
}

/// The operating system gives no randomness.
public struct SystemRandomnessError: Error, Hashable, Sendable {
    /// The system's error number.
    public let code: Int32
}
