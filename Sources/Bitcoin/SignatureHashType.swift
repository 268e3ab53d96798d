/// Which parts of a transaction a signature covers.
public struct SignatureHashType: RawRepresentable, Hashable, Sendable {
    /// The number that is hashed; legacy and version 0 signatures carry only its lowest byte.
    public let rawValue: UInt32

    /// Any number; the rules of the signature's version say which ones are allowed.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Everything, in taproot's short form without a byte in the signature (BIP341); not for other signatures.
    public static let taprootDefault = SignatureHashType(rawValue: 0x00)
    /// All inputs and all outputs.
    public static let all = SignatureHashType(rawValue: 0x01)
    /// All inputs and no output.
    public static let none = SignatureHashType(rawValue: 0x02)
    /// All inputs and the output with the signed input's index.
    public static let single = SignatureHashType(rawValue: 0x03)

    /// The same outputs, and of the inputs only the signed one.
    public var anyoneCanPay: SignatureHashType {
        SignatureHashType(rawValue: rawValue | 0x80)
    }

    /// Whether only the signed input is covered.
    var coversOneInput: Bool { rawValue & 0x80 != 0 }

    /// Whether no output is covered.
    var coversNoOutput: Bool { rawValue & 0x1f == Self.none.rawValue }

    /// Whether only the output with the signed input's index is covered.
    var coversOneOutput: Bool { rawValue & 0x1f == Self.single.rawValue }

    /// Whether BIP341 allows the number.
    var isValidInTaproot: Bool {
        (0x00...0x03).contains(rawValue) || (0x81...0x83).contains(rawValue)
    }
}
