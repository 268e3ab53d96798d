public import Bitcoin

/// A BIP340 public key: the x coordinate of a point of the curve, whose y is taken as even.
public struct XOnlyPublicKey: Hashable, Sendable {
    /// The 32 bytes, most significant first.
    public let bytes: XOnlyKeyBytes

    /// The key of that encoding; nil unless it is the x coordinate of a point of the curve.
    public init?(_ bytes: XOnlyKeyBytes) {
        guard CurveBridge.isKey(bytes) else {
            return nil
        }
        self.bytes = bytes
    }

    /// Whether a signature of a message of any length is this key's (BIP340).
    public func isValidSignature(_ signature: SchnorrSignature, for message: some Collection<UInt8>) -> Bool {
        CurveBridge.verify(signature, of: Array(message), by: bytes)
    }
}
