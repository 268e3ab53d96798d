/// Text of BIP173 (Bech32) or BIP350 (Bech32m): a human-readable part, five-bit values and a checksum.
public struct Bech32: Hashable, Sendable {
    /// The two encodings, which differ in a constant of the checksum.
    public enum Variant: Hashable, Sendable {
        /// BIP173, for witness version 0.
        case bech32
        /// BIP350, for witness versions 1 and up.
        case bech32m

        var constant: UInt32 {
            switch self {
            case .bech32: 1
            case .bech32m: 0x2bc8_30a3
            }
        }
    }

    /// The human-readable part in lower case.
    public let humanReadablePart: String

    /// The data as values 0 ... 31, without the checksum.
    public let values: [UInt8]

    /// Which encoding the checksum is of.
    public let variant: Variant

    /// The longest text that the checksum protects, in characters.
    public static let maximumLength = 90

    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    init(humanReadablePart: String, values: [UInt8], variant: Variant) {
        self.humanReadablePart = humanReadablePart
        self.values = values
        self.variant = variant
    }

    /// Parses text in either case and either encoding.
    public init(decoding text: String) throws(AddressError) {
        let characters = try Self.lowercased(Array(text.utf8))
        guard let separator = characters.lastIndex(of: UInt8(ascii: "1")), separator >= 1,
            characters.count - separator > 6
        else {
            throw .missingSeparator
        }
        var values: [UInt8] = []
        for offset in (separator + 1)..<characters.count {
            guard let value = Self.alphabet.firstIndex(of: characters[offset]) else {
                throw .invalidCharacter(offset: offset)
            }
            values.append(UInt8(value))
        }
        let part = Array(characters[..<separator])
        switch Self.checksum(part, values) {
        case Variant.bech32.constant: variant = .bech32
        case Variant.bech32m.constant: variant = .bech32m
        default: throw .wrongChecksum
        }
        humanReadablePart = String(decoding: part, as: UTF8.self)
        self.values = values.dropLast(6)
    }

    /// The text in lower case.
    public var encoded: String {
        let part = Array(humanReadablePart.utf8)
        let checksum = Self.checksum(part, values + [UInt8](repeating: 0, count: 6)) ^ variant.constant
        let check = (0..<6).map { UInt8(truncatingIfNeeded: checksum >> UInt32(5 * (5 - $0))) & 31 }
        let text = part + [UInt8(ascii: "1")] + (values + check).map { Self.alphabet[Int($0 & 31)] }
        return String(decoding: text, as: UTF8.self)
    }

    private static func lowercased(_ characters: [UInt8]) throws(AddressError) -> [UInt8] {
        guard characters.count <= maximumLength else {
            throw .tooLong(offset: maximumLength)
        }
        var hasLower = false
        var hasUpper = false
        var result: [UInt8] = []
        for (offset, character) in characters.enumerated() {
            guard (33...126).contains(character) else {
                throw .invalidCharacter(offset: offset)
            }
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character)
            hasUpper = hasUpper || isUpper
            hasLower = hasLower || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
            guard !(hasLower && hasUpper) else {
                throw .mixedCase(offset: offset)
            }
            result.append(isUpper ? character + 32 : character)
        }
        return result
    }

    /// BIP173's checksum over the expanded human-readable part and the values.
    private static func checksum(_ part: [UInt8], _ values: [UInt8]) -> UInt32 {
        let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        var checksum: UInt32 = 1
        for value in part.map({ $0 >> 5 }) + [0] + part.map({ $0 & 31 }) + values {
            let top = checksum >> 25
            checksum = (checksum & 0x01ff_ffff) << 5 ^ UInt32(value)
            for (bit, term) in generator.enumerated() where top >> UInt32(bit) & 1 == 1 {
                checksum ^= term
            }
        }
        return checksum
    }
}
