/// Stands for a share: a record of 24 bytes that says of itself whether it is valid.
package struct FakeShare: Hashable, Sendable {
    /// The first byte; no record type of the wire has it.
    static let type: UInt8 = 0xF0
    static let size = 24

    /// Whether the gate takes it.
    package let isValid: Bool
    /// Whether it stands for a control record, which overtakes others in the lane: both kinds are numbered apart.
    package let isControl: Bool
    /// The author in whose lane it belongs.
    package let author: Int
    /// Rises in the lane, for either kind.
    package let number: UInt64
    /// Tells records with one number apart: of two processes, or before and after a crash.
    package let nonce: UInt64

    package init(isValid: Bool = true, isControl: Bool = false, author: Int, number: UInt64, nonce: UInt64) {
        self.isValid = isValid
        self.isControl = isControl
        self.author = author
        self.number = number
        self.nonce = nonce
    }

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, bytes[0] == Self.type else { return nil }
        isValid = bytes[1] & 1 == 1
        isControl = bytes[1] & 2 == 2
        author = Int(bytes[2]) | Int(bytes[3]) << 8
        number = Self.word(bytes, at: 8)
        nonce = Self.word(bytes, at: 16)
    }

    package var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        bytes[0] = Self.type
        bytes[1] = (isValid ? 1 : 0) | (isControl ? 2 : 0)
        bytes[2] = UInt8(truncatingIfNeeded: author)
        bytes[3] = UInt8(truncatingIfNeeded: author >> 8)
        for index in 0..<8 {
            bytes[8 + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
            bytes[16 + index] = UInt8(truncatingIfNeeded: nonce >> UInt64(8 * index))
        }
        return bytes
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
}
