public import Bitcoin
internal import CCurve

/// A secret key on secp256k1, in locked memory that is wiped at the end; it signs as BIP340 says.
///
/// There is no description, no equality and no copy. Time does not depend on the secret.
///
/// Safe: the page is written before there is a key and only read from then on; the context is only read.
@safe
public struct SecretKey: ~Copyable, @unchecked Sendable {
    private let page: OpaquePointer
    private let context: CurveContext

    /// The x-only public key.
    public let publicKey: XOnlyPublicKey

    /// Takes the secret as a number, most significant byte first; random bytes make a new key.
    ///
    /// - Throws: `SecretKeyError.outOfRange` unless it is within 1 ..< n, which random bytes miss once in 2^127 times.
    public init(_ secret: consuming SecretBytes, context: CurveContext) throws(SecretKeyError) {
        guard unsafe rp_curve_key_load(context.raw, secret.page),
            let publicKey = CurveBridge.publicKey(secret, context)
        else {
            throw .outOfRange
        }
        self.context = context
        self.publicKey = publicKey
        unsafe page = secret.release()
    }

    /// Signs a message of any length (BIP340).
    ///
    /// The signature is checked before it is given out, so that a fault of the hardware cannot reveal the secret.
    ///
    /// - Parameter auxiliary: 32 random bytes that protect against side channels; the signature is good whatever they
    ///   are.
    /// - Throws: `SecretKeyError.faultyArithmetic` if the signature does not hold.
    public borrowing func sign(
        _ message: some Collection<UInt8>, auxiliary: Hash256
    ) throws(SecretKeyError) -> SchnorrSignature {
        guard let signature = unsafe CurveBridge.sign(page, context, Array(message), auxiliary) else {
            throw .faultyArithmetic
        }
        return signature
    }

    /// The key that spends by the key path of the taproot output whose internal key this key's public key is (BIP341).
    ///
    /// - Parameter merkleRoot: the root of the output's script tree; nil without scripts.
    /// - Throws: `SecretKeyError.outOfRange` if there is no such key, which a hash hits once in 2^127 times.
    public borrowing func keyPathKey(merkleRoot: Hash256?) throws(SecretKeyError) -> SecretKey {
        try adding(tweak: TaprootOutput.tweak(internalKey: publicKey.bytes, merkleRoot: merkleRoot))
    }

    /// The key whose public key is x(P + tweak * G) for this key's public point P, taken with even y.
    ///
    /// - Parameter tweak: a number, most significant byte first.
    /// - Throws: `SecretKeyError.outOfRange` if the tweak is not below the order or the sum is zero.
    public borrowing func adding(tweak: Hash256) throws(SecretKeyError) -> SecretKey {
        let sum = try SecretBytes()
        guard unsafe rp_curve_key_add_tweak(context.raw, sum.page, page, tweak.bytes),
            let publicKey = CurveBridge.publicKey(sum, context)
        else {
            throw .outOfRange
        }
        return unsafe SecretKey(page: sum.release(), context: context, publicKey: publicKey)
    }

    /// The secret as a number, most significant byte first, for a key file.
    public borrowing func copySecret() throws(SecretKeyError) -> SecretBytes {
        let copy = try SecretBytes()
        guard unsafe rp_curve_key_copy_secret(context.raw, copy.page, page) else {
            throw .outOfRange
        }
        return copy
    }

    private init(page: OpaquePointer, context: CurveContext, publicKey: XOnlyPublicKey) {
        unsafe self.page = unsafe page
        self.context = context
        self.publicKey = publicKey
    }

    deinit {
        unsafe rp_curve_key_close(page)
    }
}

/// Why there is no secret key or signature.
public enum SecretKeyError: Error, Hashable, Sendable {
    /// The number is zero or not below the order of the group.
    case outOfRange
    /// The system gives no page of memory.
    case noMemory
    /// A new signature did not hold: the machine computes wrongly.
    case faultyArithmetic
}
