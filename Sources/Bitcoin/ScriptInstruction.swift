/// One instruction of a script: an opcode, and the bytes it pushes if they lie in the script.
public struct ScriptInstruction: Hashable, Sendable {
    /// The byte offset of the opcode in the script.
    public let offset: Int

    /// The opcode.
    public let opcode: Opcode

    /// The bytes that follow a push opcode (OP_0 through OP_PUSHDATA4); nil for other opcodes.
    public let data: [UInt8]?

    /// The item that a push leaves on the stack, those of OP_1NEGATE and OP_1 ... OP_16 too; nil for other opcodes.
    public var pushedItem: [UInt8]? {
        switch opcode {
        case .negativeOne: [0x81]
        case _ where (Opcode.one.rawValue...Opcode.sixteen.rawValue).contains(opcode.rawValue):
            [opcode.rawValue - 0x50]
        default: data
        }
    }
}
