/// Strict hexadecimal text.
public enum Hex {
    /// The bytes as lower-case hexadecimal, two characters each.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(character(byte >> 4))
            text.append(character(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that hexadecimal text stands for; either case, nothing but digits, an even number of them.
    public static func decode(_ text: String) throws(HexError) -> [UInt8] {
        let characters = Array(text.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 2)
        var high: UInt8 = 0
        for (offset, character) in characters.enumerated() {
            guard let digit = digit(character) else {
                throw .invalidCharacter(offset: offset)
            }
            if offset.isMultiple(of: 2) {
                high = digit << 4
            } else {
                bytes.append(high | digit)
            }
        }
        guard characters.count.isMultiple(of: 2) else {
            throw .oddLength(characters.count)
        }
        return bytes
    }

    private static func character(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// Why text is not the hexadecimal that was asked for. Offsets and lengths count UTF-8 bytes of the text.
public enum HexError: Error, Hashable, Sendable {
    /// The byte at `offset` is not a hexadecimal digit.
    case invalidCharacter(offset: Int)
    /// All characters are digits but their number is odd.
    case oddLength(Int)
    /// The text is hexadecimal but has the wrong number of characters.
    case wrongLength(expected: Int, found: Int)
}
