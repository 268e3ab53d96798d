public import Bitcoin

/// Names a syndicate: the tagged hash of its genesis file's canonical bytes (DESIGN sections 3 and 8).
public struct SyndicateID: Hashable, Sendable {
    /// The 32 bytes in the order in which they are hashed.
    public let bytes: Hash256

    /// Names the syndicate whose genesis hash is `bytes`.
    public init(_ bytes: Hash256) {
        self.bytes = bytes
    }
}

/// Names a Mining Service Provider: its x-only secp256k1 key, big-endian (BIP340).
public struct MSPID: Hashable, Sendable {
    /// The 32 bytes of the key.
    public let bytes: Hash256

    /// Names the MSP whose x-only key is `bytes`; whether that is a point of the curve is judged at registration.
    public init(_ bytes: Hash256) {
        self.bytes = bytes
    }
}

/// Names a miner: its x-only secp256k1 payout key, big-endian (BIP340).
public struct MinerID: Hashable, Sendable {
    /// The 32 bytes of the key.
    public let bytes: Hash256

    /// Names the miner whose x-only payout key is `bytes`; whether that is a point of the curve is judged at
    /// registration.
    public init(_ bytes: Hash256) {
        self.bytes = bytes
    }
}
