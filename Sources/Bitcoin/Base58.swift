/// Base58 with a four-byte checksum, the text form of legacy addresses and private keys.
public enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    /// The text of the bytes followed by their checksum.
    public static func encodeWithChecksum(_ payload: [UInt8]) -> String {
        encode(payload + checksum(of: payload))
    }

    /// The bytes before the checksum.
    ///
    /// - Parameter maximumCount: the longest payload in bytes that is wanted; longer text is refused early.
    public static func decodeWithChecksum(_ text: String, maximumCount: Int) throws(AddressError) -> [UInt8] {
        let bytes = try decode(text, maximumCount: maximumCount + 4)
        guard bytes.count >= 4 else {
            throw .wrongLength(bytes.count)
        }
        let payload = Array(bytes.dropLast(4))
        guard bytes.suffix(4).elementsEqual(checksum(of: payload)) else {
            throw .wrongChecksum
        }
        return payload
    }

    static func encode(_ bytes: [UInt8]) -> String {
        let zeros = bytes.prefix { $0 == 0 }.count
        // Base-58 digits, least significant first.
        var digits: [UInt8] = []
        for byte in bytes.dropFirst(zeros) {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let text = [UInt8](repeating: alphabet[0], count: zeros) + digits.reversed().map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: String, maximumCount: Int) throws(AddressError) -> [UInt8] {
        let characters = Array(text.utf8)
        let zeros = characters.prefix { $0 == alphabet[0] }.count
        // The number's bytes, least significant first.
        var bytes: [UInt8] = []
        for (offset, character) in characters.enumerated().dropFirst(zeros) {
            guard let digit = alphabet.firstIndex(of: character) else {
                throw .invalidCharacter(offset: offset)
            }
            var carry = digit
            for index in bytes.indices {
                carry += Int(bytes[index]) * 58
                bytes[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            if carry > 0 {
                bytes.append(UInt8(carry))
            }
            guard zeros + bytes.count <= maximumCount else {
                throw .tooLong(offset: offset)
            }
        }
        guard zeros + bytes.count <= maximumCount else {
            throw .tooLong(offset: maximumCount)
        }
        return [UInt8](repeating: 0, count: zeros) + bytes.reversed()
    }

    private static func checksum(of payload: [UInt8]) -> ArraySlice<UInt8> {
        SHA256.doubleHash(payload).bytes.prefix(4)
    }
}
