public import Bitcoin

/// Signs as the member whose lane it is.
public protocol VertexSigner: Sendable {
    /// A BIP340 signature of 32 bytes; nil if the machine computes wrongly, and then nothing is sent.
    func sign(_ message: Hash256) -> [UInt8]?
}

/// Checks signatures of authors.
public protocol SignatureChecker: Sendable {
    /// Whether 64 bytes are the key's BIP340 signature of 32 bytes.
    func isValid(_ signature: [UInt8], of message: Hash256, by key: XOnlyKeyBytes) -> Bool
}
