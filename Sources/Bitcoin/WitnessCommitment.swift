/// A block's commitment to its witnesses, in an output of its coinbase (BIP141).
public struct WitnessCommitment: Hashable, Sendable {
    /// SHA-256 of SHA-256 of the witness root and the reserved value.
    public let hash: Hash256

    /// The reserved value that everybody uses: 32 zero bytes, the only witness item of the coinbase.
    public static let reservedValue = [UInt8](repeating: 0, count: 32)

    /// OP_RETURN, a push of 36 bytes and BIP141's mark.
    private static let prefix: [UInt8] = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed]

    /// The commitment to a witness root.
    ///
    /// - Parameter reservedValue: the coinbase's only witness item, 32 bytes.
    public init(witnessRoot: Hash256, reservedValue: [UInt8] = Self.reservedValue) {
        hash = SHA256.doubleHash(witnessRoot.bytes + reservedValue)
    }

    /// The commitment in an output script, which may have more bytes after it; nil if there is none.
    public init?(outputScript script: Script) {
        let bytes = script.bytes
        guard bytes.count >= 38, bytes.starts(with: Self.prefix),
            let hash = try? Hash256(internalBytes: bytes[6..<38])
        else {
            return nil
        }
        self.hash = hash
    }

    /// The commitment of a coinbase: that of the last output that has one.
    public init?(coinbase: Transaction) {
        for output in coinbase.outputs.reversed() {
            if let found = WitnessCommitment(outputScript: output.script) {
                self = found
                return
            }
        }
        return nil
    }

    /// The output script with nothing but the commitment.
    public var script: Script {
        Script(Self.prefix + hash.bytes)
    }
}
