public import Bitcoin
internal import Curve
public import Wire

extension Genesis {
    /// The genesis of a syndicate that begins with one member, every term at its default.
    ///
    /// Coinbases and payouts go to the taproot output whose key path `bootstrapKey` opens, without scripts (BIP86).
    ///
    /// - Throws: `RecordFault` for a network on which no pool can mine, or a key that is no point of the curve.
    public static func ofOneMember(
        network: Network, name: RecordName, identityKey: XOnlyKeyBytes, bootstrapKey: XOnlyKeyBytes
    ) throws(RecordFault) -> Genesis {
        let arithmetic = CurveArithmetic()
        guard let output = try? TaprootOutput(internalKey: bootstrapKey, tree: nil, arithmetic: arithmetic) else {
            throw RecordFault(.bootstrapScript)
        }
        return try Genesis(
            network: network, name: name, members: [Member(key: identityKey, payoutScript: output.script)],
            bootstrapScript: output.script, terms: GenesisTerms(network: network))
    }
}
