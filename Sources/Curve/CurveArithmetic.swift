public import Bitcoin

/// The arithmetic of taproot outputs on secp256k1, by libsecp256k1.
public struct CurveArithmetic: TaprootPointArithmetic, Sendable {
    /// There is nothing to configure.
    public init() {}

    /// The point lift_x(key) + tweak * G (BIP341); nil if there is none.
    public func addingTweak(_ tweak: Hash256, to key: XOnlyKeyBytes) -> (key: XOnlyKeyBytes, hasOddY: Bool)? {
        CurveBridge.addTweak(tweak, to: key)
    }
}
