import Bitcoin
import CSecp256k1

/// libsecp256k1 as the curve of the tests.
struct ReferencePointArithmetic: TaprootPointArithmetic {
    func addingTweak(_ tweak: Hash256, to key: XOnlyKeyBytes) -> (key: XOnlyKeyBytes, hasOddY: Bool)? {
        guard let context = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_VERIFY)) else {
            return nil
        }
        defer { secp256k1_context_destroy(context) }
        var internalKey = secp256k1_xonly_pubkey()
        var sum = secp256k1_pubkey()
        var output = secp256k1_xonly_pubkey()
        var parity: CInt = 0
        var bytes = [UInt8](repeating: 0, count: 32)
        guard secp256k1_xonly_pubkey_parse(context, &internalKey, key.bytes) == 1,
            secp256k1_xonly_pubkey_tweak_add(context, &sum, &internalKey, tweak.bytes) == 1,
            secp256k1_xonly_pubkey_from_pubkey(context, &output, &parity, &sum) == 1,
            secp256k1_xonly_pubkey_serialize(context, &bytes, &output) == 1,
            let outputKey = try? XOnlyKeyBytes(bytes)
        else {
            return nil
        }
        return (outputKey, parity == 1)
    }

    /// Whether a BIP340 signature is good.
    func verify(_ signature: [UInt8], of message: Hash256, by key: [UInt8]) -> Bool {
        guard signature.count == 64, key.count == 32,
            let context = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_VERIFY))
        else {
            return false
        }
        defer { secp256k1_context_destroy(context) }
        var parsed = secp256k1_xonly_pubkey()
        return secp256k1_xonly_pubkey_parse(context, &parsed, key) == 1
            && secp256k1_schnorrsig_verify(context, signature, message.bytes, 32, &parsed) == 1
    }
}
