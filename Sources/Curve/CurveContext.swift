internal import CCurve

/// What libsecp256k1 needs to compute with secrets, blinded against side channels by a random seed.
///
/// One is enough for a process: it is only read once it is made, so any number of threads share it.
///
/// Safe: the context is written by its maker alone, before anyone else has the reference, and only read from then on.
@safe
public final class CurveContext: @unchecked Sendable {
    let raw: OpaquePointer

    /// For functions that handle public data only, which need no blinding.
    static let publicData = unsafe CurveContext(raw: rp_curve_open(nil))

    /// A context blinded by 32 random bytes, which are wiped.
    public convenience init(seed: consuming SecretBytes) {
        unsafe self.init(raw: rp_curve_open(rp_curve_key_buffer32(seed.page)))
    }

    private init(raw: OpaquePointer?) {
        guard let raw = unsafe raw else {
            preconditionFailure("no memory for a context of 200 bytes")
        }
        unsafe self.raw = unsafe raw
    }

    deinit {
        unsafe rp_curve_close(raw)
    }
}
