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
