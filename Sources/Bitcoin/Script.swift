/// A script: any bytes. Reading its instructions may fail; holding it never does.
public struct Script: Hashable, Sendable {
    /// The serialised instructions.
    public private(set) var bytes: [UInt8]

    /// A script of the given bytes; empty by default.
    public init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// The script with an opcode after it.
    public func appending(_ opcode: Opcode) -> Script {
        Script(bytes + [opcode.rawValue])
    }

    /// The script with the shortest push of `item` after it, as BIP62 rule 3 (`MINIMALDATA`) demands.
    ///
    /// The empty item and the one-byte items 1 ... 16 and 0x81 become opcodes without data.
    public func pushing(_ item: [UInt8]) -> Script {
        if item.isEmpty {
            return appending(.zero)
        }
        if item == [0x81] {
            return appending(.negativeOne)
        }
        if item.count == 1, item[0] != 0, let opcode = Opcode.smallNumber(Int(item[0])) {
            return appending(opcode)
        }
        return pushingVerbatim(item)
    }

    /// The script with a push after it that contains the bytes of `item` whatever they are, with the shortest prefix.
    public func pushingVerbatim(_ item: [UInt8]) -> Script {
        var writer = ByteWriter(capacity: bytes.count + 5 + item.count)
        writer.append(bytes)
        switch item.count {
        case ..<Int(Opcode.pushData1.rawValue):
            writer.append(UInt8(item.count))
        case ...0xff:
            writer.append(Opcode.pushData1.rawValue)
            writer.append(UInt8(item.count))
        case ...0xffff:
            writer.append(Opcode.pushData2.rawValue)
            writer.append(littleEndian: UInt16(item.count))
        default:
            writer.append(Opcode.pushData4.rawValue)
            writer.append(littleEndian: UInt32(truncatingIfNeeded: item.count))
        }
        writer.append(item)
        return Script(writer.bytes)
    }

    /// The script with the shortest push of a number after it.
    public func pushing(number: Int64) -> Script {
        pushing(ScriptNumber.encode(number))
    }
}
