import Bitcoin
import Testing

@Suite struct AmountTests {
    @Test(arguments: [
        (Network.mainnet, UInt32(209_999), UInt32(210_000)), (.testnet4, 209_999, 210_000), (.signet, 209_999, 210_000),
        (.regtest, 149, 150),
    ])
    func theSubsidyHalves(network: Network, last: UInt32, first: UInt32) {
        #expect(Amount.subsidy(height: 0, network: network).satoshis == 5_000_000_000)
        #expect(Amount.subsidy(height: last, network: network).satoshis == 5_000_000_000)
        #expect(Amount.subsidy(height: first, network: network).satoshis == 2_500_000_000)
        #expect(Amount.subsidy(height: 32 * first, network: network).satoshis == 1)
        #expect(Amount.subsidy(height: 33 * first - 1, network: network).satoshis == 1)
        #expect(Amount.subsidy(height: 33 * first, network: network) == .zero)
        #expect(Amount.subsidy(height: .max, network: network) == .zero)
    }

    /// BIP42: all subsidies together.
    @Test func allSubsidiesTogetherAreBelow21Million() {
        let sum = (0..<64).reduce(Int64(0)) { sum, halving in
            sum + 210_000 * Amount.subsidy(height: UInt32(halving) * 210_000, network: .mainnet).satoshis
        }
        #expect(sum == 2_099_999_997_690_000)
    }
}
