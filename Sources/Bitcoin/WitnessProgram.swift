/// What a native witness output commits to (BIP141): a version and 2 to 40 bytes.
public struct WitnessProgram: Hashable, Sendable {
    /// The version, 0 ... 16.
    public let version: UInt8

    /// The program, 2 ... 40 bytes; 20 or 32 in version 0.
    public let program: [UInt8]

    /// A witness program; nil for a version or length that BIP141 does not allow.
    public init?(version: UInt8, program: [UInt8]) {
        guard version <= 16, (2...40).contains(program.count),
            version != 0 || program.count == 20 || program.count == 32
        else {
            return nil
        }
        self.version = version
        self.program = program
    }

    /// The program of an output script; nil if the script is anything else.
    public init?(_ script: Script) {
        let bytes = script.bytes
        guard (4...42).contains(bytes.count), Int(bytes[1]) == bytes.count - 2 else {
            return nil
        }
        let version: UInt8
        switch bytes[0] {
        case 0: version = 0
        case Opcode.one.rawValue...Opcode.sixteen.rawValue: version = bytes[0] - 0x50
        default: return nil
        }
        self.init(version: version, program: Array(bytes[2...]))
    }

    /// The output script.
    public var script: Script {
        Script([version == 0 ? 0 : 0x50 + version]).pushingVerbatim(program)
    }
}
