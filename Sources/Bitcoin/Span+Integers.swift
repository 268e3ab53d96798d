/// Integers at a place of bytes. In a span whose length the compiler knows each is a single load.
extension Span<UInt8> {
    /// The 16-bit little-endian integer whose first byte has an index.
    @inlinable @inline(__always)
    package func littleEndian16(at index: Int) -> UInt16 {
        UInt16(self[index]) | UInt16(self[index + 1]) << 8
    }

    /// The 32-bit little-endian integer whose first byte has an index.
    @inlinable @inline(__always)
    package func littleEndian32(at index: Int) -> UInt32 {
        UInt32(self[index]) | UInt32(self[index + 1]) << 8 | UInt32(self[index + 2]) << 16
            | UInt32(self[index + 3]) << 24
    }

    /// The 64-bit little-endian integer whose first byte has an index.
    @inlinable @inline(__always)
    package func littleEndian64(at index: Int) -> UInt64 {
        UInt64(littleEndian32(at: index)) | UInt64(littleEndian32(at: index + 4)) << 32
    }
}

extension OutputSpan<UInt8> {
    /// Appends a 64-bit integer, least significant byte first; there must be room for it.
    @inline(__always)
    mutating func append(littleEndian word: UInt64) {
        for place in 0..<8 { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * place))) }
    }
}
