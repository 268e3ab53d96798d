/// The typed values that a job's coinbase is made from; owner and extranonce come from each share.
public struct CoinbaseTemplate: Hashable, Sendable {
    /// The block's height.
    public var height: UInt32
    /// The block's subsidy and fees.
    public var value: Amount
    /// The script of the output that takes everything.
    public var custodyScript: Script
    /// Bytes that name the pool, at most `CoinbaseLayout.maximumTagSize`.
    public var tag: [UInt8]
    /// The commitment to the block's witnesses; nil where the template has none.
    public var witnessCommitment: WitnessCommitment?

    /// A coinbase of the given values.
    public init(
        height: UInt32, value: Amount, custodyScript: Script, tag: [UInt8], witnessCommitment: WitnessCommitment?
    ) {
        self.height = height
        self.value = value
        self.custodyScript = custodyScript
        self.tag = tag
        self.witnessCommitment = witnessCommitment
    }

    /// The coinbase's bytes around owner and extranonce.
    ///
    /// - Throws: `CoinbaseLayoutError` for values that make no coinbase.
    public func layout() throws(CoinbaseLayoutError) -> CoinbaseLayout {
        try CoinbaseLayout(
            height: height, tag: tag, custodyScript: custodyScript, value: value, witnessCommitment: witnessCommitment)
    }
}
