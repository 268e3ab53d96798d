/// The block height at the start of a coinbase's scriptSig (BIP34).
public enum BlockHeight {
    /// The push of a height as consensus compares it: an opcode for 0 ... 16, else the shortest number.
    public static func push(_ height: UInt32) -> Script {
        Script().pushing(number: Int64(height))
    }

    /// The height at the start of a coinbase's scriptSig.
    ///
    /// - Throws: `ParseError` with `notAPush`, `nonMinimalNumber` or `numberOutOfRange` at offset 0, or `truncated`.
    public static func parse(scriptSig: Script) throws(ParseError) -> UInt32 {
        var reader = ScriptReader(scriptSig)
        guard let first = try reader.next() else {
            throw ParseError(.truncated(needed: 1), offset: 0)
        }
        guard let item = first.pushedItem else {
            throw ParseError(.notAPush, offset: 0)
        }
        guard item.count <= 5 else {
            throw ParseError(.numberOutOfRange, offset: 0)
        }
        guard let value = ScriptNumber.decode(item, maximumLength: 5),
            scriptSig.bytes[..<reader.offset].elementsEqual(Script().pushing(item).bytes)
        else {
            throw ParseError(.nonMinimalNumber, offset: 0)
        }
        guard let height = UInt32(exactly: value) else {
            throw ParseError(.numberOutOfRange, offset: 0)
        }
        return height
    }
}
