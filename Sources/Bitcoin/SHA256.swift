/// SHA-256 (FIPS 180-4) and bitcoin's double SHA-256.
public enum SHA256 {
    /// SHA-256 of the bytes.
    public static func hash(_ bytes: some Collection<UInt8>) -> Hash256 {
        HashKernel.sha256(bytes)
    }

    /// SHA-256 of `prefix` followed by `bytes`, with no copy of either.
    public static func hash(_ prefix: [UInt8], _ bytes: [UInt8]) -> Hash256 {
        var stream = HashStream()
        stream.update(prefix)
        stream.update(bytes)
        return stream.finalize()
    }

    /// SHA-256 of SHA-256 of the bytes: the hash of transactions, block headers and legacy signature messages.
    public static func doubleHash(_ bytes: some Collection<UInt8>) -> Hash256 {
        HashKernel.doubleSHA256(bytes)
    }
}
