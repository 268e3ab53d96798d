/// A script of a taproot script tree, with its leaf version (BIP341).
public struct TapLeaf: Hashable, Sendable {
    /// The leaf version, an even number; 0xc0 is tapscript (BIP342).
    public let version: UInt8

    /// The script.
    public let script: Script

    /// The leaf version of BIP342.
    public static let tapscriptVersion: UInt8 = 0xc0

    /// A leaf; the lowest bit of the version, which the control block uses for the parity, is dropped.
    public init(script: Script, version: UInt8 = Self.tapscriptVersion) {
        self.script = script
        self.version = version & 0xfe
    }

    /// The leaf's hash: tagged hash "TapLeaf" of the version and the length-prefixed script.
    public var hash: Hash256 {
        var writer = ByteWriter(capacity: 10 + script.bytes.count)
        writer.append(version)
        writer.append(lengthPrefixed: script.bytes)
        return TaggedHash.tapLeaf.hash(writer.bytes)
    }
}
