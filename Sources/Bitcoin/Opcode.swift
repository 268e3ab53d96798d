/// One byte of script that is an instruction.
public struct Opcode: RawRepresentable, Hashable, Sendable {
    /// The byte.
    public let rawValue: UInt8

    /// Any byte; bytes without a meaning make a script fail, not its parsing.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// OP_0: pushes an empty item. 0x01 ... 0x4b push that many bytes.
    public static let zero = Opcode(rawValue: 0x00)
    /// OP_PUSHDATA1: pushes as many bytes as the next byte says.
    public static let pushData1 = Opcode(rawValue: 0x4c)
    /// OP_PUSHDATA2: pushes as many bytes as the next two bytes say, little-endian.
    public static let pushData2 = Opcode(rawValue: 0x4d)
    /// OP_PUSHDATA4: pushes as many bytes as the next four bytes say, little-endian.
    public static let pushData4 = Opcode(rawValue: 0x4e)
    /// OP_1NEGATE: pushes -1.
    public static let negativeOne = Opcode(rawValue: 0x4f)
    /// OP_1: pushes 1. The opcodes up to OP_16 follow.
    public static let one = Opcode(rawValue: 0x51)
    /// OP_16: pushes 16.
    public static let sixteen = Opcode(rawValue: 0x60)
    /// OP_RETURN: makes an output unspendable.
    public static let `return` = Opcode(rawValue: 0x6a)
    /// OP_DROP: removes the top item.
    public static let drop = Opcode(rawValue: 0x75)
    /// OP_DUP: doubles the top item.
    public static let duplicate = Opcode(rawValue: 0x76)
    /// OP_EQUAL: compares two items.
    public static let equal = Opcode(rawValue: 0x87)
    /// OP_EQUALVERIFY: fails unless two items are equal.
    public static let equalVerify = Opcode(rawValue: 0x88)
    /// OP_HASH160: replaces an item by RIPEMD-160 of its SHA-256.
    public static let hash160 = Opcode(rawValue: 0xa9)
    /// OP_CODESEPARATOR: signatures after it cover only the script that follows.
    public static let codeSeparator = Opcode(rawValue: 0xab)
    /// OP_CHECKSIG: checks one signature.
    public static let checkSig = Opcode(rawValue: 0xac)
    /// OP_CHECKSIGVERIFY: fails unless one signature is good.
    public static let checkSigVerify = Opcode(rawValue: 0xad)
    /// OP_CHECKMULTISIG: checks m signatures against n keys.
    public static let checkMultiSig = Opcode(rawValue: 0xae)
    /// OP_CHECKLOCKTIMEVERIFY (BIP65): fails before an absolute time.
    public static let checkLockTimeVerify = Opcode(rawValue: 0xb1)
    /// OP_CHECKSEQUENCEVERIFY (BIP112): fails before a relative time.
    public static let checkSequenceVerify = Opcode(rawValue: 0xb2)

    /// OP_0 ... OP_16 for the numbers 0 ... 16, nil for others.
    static func smallNumber(_ value: Int) -> Opcode? {
        switch value {
        case 0: .zero
        case 1...16: Opcode(rawValue: 0x50 + UInt8(value))
        default: nil
        }
    }
}
