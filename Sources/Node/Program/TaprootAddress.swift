public import Bitcoin
internal import Curve

/// Addresses of single keys.
public enum TaprootAddress {
    /// The address of the output whose key path the key opens, without scripts (BIP86).
    ///
    /// - Throws: `TaprootError` for a key that is no point of the curve.
    public static func text(of internalKey: XOnlyKeyBytes, network: Network) throws(TaprootError) -> String {
        let output = try TaprootOutput(internalKey: internalKey, tree: nil, arithmetic: CurveArithmetic())
        guard let address = Address(script: output.script, network: network) else { throw .invalidKey }
        return address.encoded
    }
}
