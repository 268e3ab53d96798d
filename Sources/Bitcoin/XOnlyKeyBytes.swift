/// The 32 bytes of a BIP340 x-only public key: an encoding, not known to be a point of the curve.
public struct XOnlyKeyBytes: Hashable, Comparable, Sendable {
    private let storage: Hash256

    /// Takes 32 bytes, the x coordinate most significant byte first.
    ///
    /// - Throws: `ParseError` with `truncated` or `trailingBytes` for any other length.
    public init(_ bytes: some Collection<UInt8>) throws(ParseError) {
        storage = try Hash256(internalBytes: bytes)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { storage.bytes }

    /// Orders keys by their bytes.
    public static func < (left: XOnlyKeyBytes, right: XOnlyKeyBytes) -> Bool {
        let (a, b) = (left.storage.littleEndianWords, right.storage.littleEndianWords)
        return (a.0.byteSwapped, a.1.byteSwapped, a.2.byteSwapped, a.3.byteSwapped)
            < (b.0.byteSwapped, b.1.byteSwapped, b.2.byteSwapped, b.3.byteSwapped)
    }
}
