/// The arithmetic on the curve that a taproot output takes; this module has none of its own.
public protocol TaprootPointArithmetic {
    /// The point lift_x(key) + tweak * G (BIP341).
    ///
    /// - Parameter tweak: 32 bytes, most significant first.
    /// - Returns: the sum's x coordinate and whether its y is odd; nil if the key is no x coordinate of the curve, the
    ///   tweak is not below the group's order, or the sum is the point at infinity.
    func addingTweak(_ tweak: Hash256, to key: XOnlyKeyBytes) -> (key: XOnlyKeyBytes, hasOddY: Bool)?
}
