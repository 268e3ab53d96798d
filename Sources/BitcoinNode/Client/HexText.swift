internal import Bitcoin

/// Hexadecimal text as bytes, for megabytes of it.
enum HexText {
    /// A digit's value; something above 15 for what is none.
    @inline(__always)
    private static func value(_ character: UInt8) -> UInt8 {
        let decimal = character &- UInt8(ascii: "0")
        let letter = (character | 0x20) &- UInt8(ascii: "a")
        return decimal < 10 ? decimal : letter < 6 ? letter + 10 : 255
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// The bytes that the digits in a range stand for; nil where something else stands there, or an odd number.
    static func decode(_ text: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        guard range.count.isMultiple(of: 2) else {
            return nil
        }
        var wrong: UInt8 = 0
        let bytes = text.mapPairs(in: range) { first, second in
            let high = value(first)
            let low = value(second)
            wrong |= high | low
            return high << 4 | low
        }
        // Digits have none of the upper bits.
        return wrong < 16 ? bytes : nil
    }

    /// Whether the digits in a range show a hash in display order.
    static func shows(_ text: [UInt8], _ range: Range<Int>, _ hash: Hash256) -> Bool {
        guard range.count == 64 else {
            return false
        }
        let words = hash.littleEndianWords
        var start = range.lowerBound
        for expected in [words.3, words.2, words.1, words.0] {
            var word: UInt64 = 0
            var wrong: UInt8 = 0
            for index in start..<start + 16 {
                let digit = value(text[index])
                wrong |= digit
                word = word << 4 | UInt64(digit)
            }
            guard wrong < 16, word == expected else {
                return false
            }
            start += 16
        }
        return true
    }

    /// JSON text of a list that holds the bytes as one string.
    static func list(_ bytes: [UInt8]) -> [UInt8] {
        let digits = digits
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count + 4)
        text += "[\"".utf8
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        text += "\"]".utf8
        return text
    }
}
