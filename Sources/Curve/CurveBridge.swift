internal import Bitcoin
internal import CCurve

/// Where the pointers to public data stop: each function hands Swift values to one function of CCurve.
///
/// Byte arrays become pointers by Swift's implicit bridging: valid for the call, which is all that CCurve asks for.
enum CurveBridge {
    static func isKey(_ key: XOnlyKeyBytes) -> Bool {
        unsafe rp_curve_is_key(CurveContext.publicData.raw, key.bytes)
    }

    static func verify(_ signature: SchnorrSignature, of message: [UInt8], by key: XOnlyKeyBytes) -> Bool {
        unsafe rp_curve_verify(
            CurveContext.publicData.raw, signature.bytes, message, message.count, key.bytes)
    }

    static func addTweak(_ tweak: Hash256, to key: XOnlyKeyBytes) -> (key: XOnlyKeyBytes, hasOddY: Bool)? {
        var out = [UInt8](repeating: 0, count: 32)
        var hasOddY = false
        guard unsafe rp_curve_add_tweak(CurveContext.publicData.raw, &out, &hasOddY, key.bytes, tweak.bytes),
            let sum = try? XOnlyKeyBytes(out)
        else {
            return nil
        }
        return (sum, hasOddY)
    }

    /// The public key of the key that was made in a page; nil if there is none.
    static func publicKey(_ secret: borrowing SecretBytes, _ context: CurveContext) -> XOnlyPublicKey? {
        var out = [UInt8](repeating: 0, count: 32)
        guard unsafe rp_curve_key_public(context.raw, &out, secret.page), let bytes = try? XOnlyKeyBytes(out) else {
            return nil
        }
        return XOnlyPublicKey(bytes)
    }

    static func sign(
        _ page: OpaquePointer, _ context: CurveContext, _ message: [UInt8], _ auxiliary: Hash256
    ) -> SchnorrSignature? {
        var out = [UInt8](repeating: 0, count: 64)
        guard unsafe rp_curve_key_sign(context.raw, &out, message, message.count, page, auxiliary.bytes) else {
            return nil
        }
        return try? SchnorrSignature(out)
    }
}
