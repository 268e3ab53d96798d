/// The script that a taproot script-path signature is for (BIP342's extension of the message).
public struct TapscriptContext: Hashable, Sendable {
    /// The hash of the executed leaf.
    public let leafHash: Hash256

    /// The index of the last executed OP_CODESEPARATOR among the leaf's opcodes; 0xffffffff without one.
    public let codeSeparatorPosition: UInt32

    /// A script-path signature in the leaf with this hash.
    public init(leafHash: Hash256, codeSeparatorPosition: UInt32 = .max) {
        self.leafHash = leafHash
        self.codeSeparatorPosition = codeSeparatorPosition
    }
}
