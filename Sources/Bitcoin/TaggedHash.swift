/// A BIP340 tagged hash function: SHA-256(SHA-256(tag) || SHA-256(tag) || message), with the tag's block precomputed.
public struct TaggedHash: Sendable {
    private let start: HashStream

    /// The function that belongs to a tag; the tag's UTF-8 bytes are hashed.
    public init(_ tag: String) {
        start = HashStream(tag: Array(tag.utf8))
    }

    // What most callers of other modules get: the generic one is not specialised for them.

    /// The tagged hash of a message.
    public func hash(_ message: [UInt8]) -> Hash256 {
        var stream = start
        stream.update(message)
        return stream.finalize()
    }

    /// The tagged hash of a message.
    public func hash(_ message: some Collection<UInt8>) -> Hash256 {
        var stream = start
        stream.update(message)
        return stream.finalize()
    }
}

extension TaggedHash {
    /// BIP341's hash of a script leaf.
    static let tapLeaf = TaggedHash("TapLeaf")
    /// BIP341's hash of an inner node of a script tree.
    static let tapBranch = TaggedHash("TapBranch")
    /// BIP341's hash that commits an output key to its internal key and script tree.
    static let tapTweak = TaggedHash("TapTweak")
    /// BIP341's hash of the signature message.
    static let tapSighash = TaggedHash("TapSighash")
}
