/// A 32-byte hash, held inline in the order in which SHA-256 emits its bytes ("internal order").
///
/// Bitcoin shows block and transaction hashes with the bytes reversed ("display order"). The two conversions between
/// the orders are here, `init(displayHex:)` and `displayHex`, and nowhere else in the project.
public struct Hash256: Hashable, Sendable {
    /// The bytes as four little-endian words; `word3` holds bytes 24 ..< 32.
    let word0: UInt64
    let word1: UInt64
    let word2: UInt64
    let word3: UInt64

    init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// Takes the bytes as four little-endian words, the first eight bytes first: how neighbouring modules pass hashes
    /// to and from C without an array.
    package init(littleEndianWords words: (UInt64, UInt64, UInt64, UInt64)) {
        self.init(word0: words.0, word1: words.1, word2: words.2, word3: words.3)
    }

    /// The bytes as four little-endian words, the first eight bytes first.
    package var littleEndianWords: (UInt64, UInt64, UInt64, UInt64) {
        (word0, word1, word2, word3)
    }

    /// The hash of 32 zero bytes, bitcoin's "null" hash.
    public static let zero = Hash256(word0: 0, word1: 0, word2: 0, word3: 0)

    /// Takes 32 bytes in internal order.
    ///
    /// - Throws: `ParseError` with `truncated` or `trailingBytes` for any other length.
    public init(internalBytes bytes: some Collection<UInt8>) throws(ParseError) {
        var reader = ByteReader(Array(bytes))
        self = try reader.readHash()
        try reader.finish()
    }

    /// Takes 64 hexadecimal characters in display order, either case.
    public init(displayHex text: String) throws(HexError) {
        self = try Self.decode(text) { $0.reverse() }
    }

    /// Takes 64 hexadecimal characters in internal order, either case, as BIP340 and BIP341 write hashes.
    public init(internalHex text: String) throws(HexError) {
        self = try Self.decode(text) { _ in }
    }

    /// The 32 bytes in internal order.
    public var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 32)
        writer.append(self)
        return writer.bytes
    }

    /// 64 lower-case hexadecimal characters in display order.
    public var displayHex: String {
        Hex.encode(bytes.reversed())
    }

    /// 64 lower-case hexadecimal characters in internal order.
    public var internalHex: String {
        Hex.encode(bytes)
    }

    private static func decode(_ text: String, arrange: (inout [UInt8]) -> Void) throws(HexError) -> Hash256 {
        var bytes = try Hex.decode(text)
        guard bytes.count == 32 else {
            throw .wrongLength(expected: 64, found: text.utf8.count)
        }
        arrange(&bytes)
        let words = stride(from: 0, to: 32, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        return Hash256(word0: words[0], word1: words[1], word2: words[2], word3: words[3])
    }
}

extension Hash256: CustomStringConvertible {
    /// The hash in display order.
    public var description: String { displayHex }
}
