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

/// Walks a script instruction by instruction.
public struct ScriptReader: Sendable {
    private var reader: ByteReader

    /// Starts at a script's first instruction.
    public init(_ script: Script) {
        reader = ByteReader(script.bytes)
    }

    /// The byte offset of the next instruction.
    public var offset: Int { reader.offset }

    /// The next instruction, or nil at the end.
    ///
    /// - Throws: `ParseError` with `truncated` or `countTooLarge` where a push reaches past the end of the script.
    public mutating func next() throws(ParseError) -> ScriptInstruction? {
        guard reader.remaining > 0 else {
            return nil
        }
        let offset = reader.offset
        let opcode = Opcode(rawValue: try reader.readUInt8())
        let count: Int
        switch opcode {
        case .pushData1: count = Int(try reader.readUInt8())
        case .pushData2: count = Int(try reader.readUInt16())
        case .pushData4: count = Int(try reader.readUInt32())
        default:
            guard opcode.rawValue < Opcode.pushData1.rawValue else {
                return ScriptInstruction(offset: offset, opcode: opcode, data: nil)
            }
            count = Int(opcode.rawValue)
        }
        return ScriptInstruction(offset: offset, opcode: opcode, data: try reader.readBytes(count))
    }
}

extension Script {
    /// All instructions in order.
    public func instructions() throws(ParseError) -> [ScriptInstruction] {
        var reader = ScriptReader(self)
        var instructions: [ScriptInstruction] = []
        while let instruction = try reader.next() {
            instructions.append(instruction)
        }
        return instructions
    }
}
