public import Bitcoin

/// A BIP340 signature: any 64 bytes; verifying says whether it is good.
public struct SchnorrSignature: Hashable, Sendable {
    private let r: Hash256
    private let s: Hash256

    /// Takes 64 bytes: the x coordinate of the nonce's point, then s, each most significant byte first.
    ///
    /// - Throws: `ParseError` with `truncated` or `trailingBytes` for any other length.
    public init(_ bytes: some Collection<UInt8>) throws(ParseError) {
        var reader = ByteReader(Array(bytes))
        r = try reader.readHash()
        s = try reader.readHash()
        try reader.finish()
    }

    /// The 64 bytes.
    public var bytes: [UInt8] { r.bytes + s.bytes }
}
