/// Hexadecimal text as bytes, for megabytes of it.
enum HexText {
    /// A digit's value; 255 for what is none.
    private static let values: [UInt8] = (UInt8.min ... .max).map { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: 255
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// The bytes that the digits in a range stand for; nil where something else stands there, or an odd number.
    static func decode(_ text: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        guard range.count.isMultiple(of: 2) else {
            return nil
        }
        let values = values
        var wrong: UInt8 = 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count / 2)
        var index = range.lowerBound
        while index < range.upperBound {
            let high = values[Int(text[index])]
            let low = values[Int(text[index + 1])]
            wrong |= high | low
            bytes.append(high << 4 | low)
            index += 2
        }
        // Digits have none of the upper bits.
        return wrong < 16 ? bytes : nil
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
