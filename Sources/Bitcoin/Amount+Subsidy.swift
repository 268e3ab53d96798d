extension Amount {
    /// The subsidy of a block: 50 bitcoin, halved every 210,000 blocks, on regtest every 150 (Bitcoin Core's
    /// `GetBlockSubsidy`).
    ///
    /// - Parameter height: the block's height; the first block is at 0.
    public static func subsidy(height: UInt32, network: Network) -> Amount {
        let interval: UInt32 = network == .regtest ? 150 : 210_000
        return Amount(satoshis: 5_000_000_000 >> Int64(height / interval)) ?? .zero
    }
}
