extension Script {
    /// The output script that pays to the hash of a public key (P2PKH).
    ///
    /// - Parameter hash: RIPEMD-160 of SHA-256 of the key, 20 bytes.
    public static func payToPublicKeyHash(_ hash: [UInt8]) -> Script {
        Script().appending(.duplicate).appending(.hash160).pushingVerbatim(hash)
            .appending(.equalVerify).appending(.checkSig)
    }

    /// The output script that pays to the hash of a script (P2SH, BIP16).
    ///
    /// - Parameter hash: RIPEMD-160 of SHA-256 of the script, 20 bytes.
    public static func payToScriptHash(_ hash: [UInt8]) -> Script {
        Script().appending(.hash160).pushingVerbatim(hash).appending(.equal)
    }

    /// The output script that pays to this script (P2WSH, BIP141).
    public var witnessScriptHashOutput: Script {
        Script([Opcode.zero.rawValue]).pushingVerbatim(SHA256.hash(bytes).bytes)
    }

    /// The output script that pays to a taproot output key (P2TR, BIP341).
    public static func payToTaproot(_ outputKey: XOnlyKeyBytes) -> Script {
        Script([Opcode.one.rawValue]).pushingVerbatim(outputKey.bytes)
    }

    /// The key hash of a P2PKH output script, 20 bytes; nil for any other script.
    var publicKeyHash: [UInt8]? {
        guard bytes.count == 25 else {
            return nil
        }
        let hash = Array(bytes[3..<23])
        return self == .payToPublicKeyHash(hash) ? hash : nil
    }

    /// The script hash of a P2SH output script, 20 bytes; nil for any other script.
    var scriptHash: [UInt8]? {
        guard bytes.count == 23 else {
            return nil
        }
        let hash = Array(bytes[2..<22])
        return self == .payToScriptHash(hash) ? hash : nil
    }
}
