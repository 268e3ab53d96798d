internal import Bitcoin
internal import Broadcast

/// Stands for BIP340 where real signatures would take the simulation's time: a hash of the key and the message, twice.
/// Whoever knows a key can sign with it; that members sign with their own only is up to whoever writes them.
enum FakeSignature {
    static func tag(key: XOnlyKeyBytes, message: Hash256) -> [UInt8] {
        let half = SHA256.hash(key.bytes, message.bytes).bytes
        return half + half
    }
}

/// Signs with a fake signature.
struct FakeSigner: VertexSigner {
    let key: XOnlyKeyBytes

    func sign(_ message: Hash256) -> [UInt8]? {
        FakeSignature.tag(key: key, message: message)
    }
}

/// Checks fake signatures.
struct FakeChecker: SignatureChecker {
    func isValid(_ signature: [UInt8], of message: Hash256, by key: XOnlyKeyBytes) -> Bool {
        signature == FakeSignature.tag(key: key, message: message)
    }
}
