public import Bitcoin

/// Who gets what of a block (docs/protocol/accounting.md, Payouts).
public struct Payout: Hashable, Sendable {
    /// What an MSP gets.
    public struct Output: Hashable, Sendable {
        /// The MSP.
        public let msp: XOnlyKeyBytes
        /// What it gets.
        public let amount: Amount
    }

    /// The coinbase that is spent.
    public let coinbase: FoundCoinbase
    /// Ascending by key.
    public let outputs: [Output]
    /// What the transaction leaves to its miner: value = outputs + fee.
    public let fee: Amount
    /// The transaction without its signature.
    public let transaction: Transaction
}

/// An MSP that has a part in a block.
struct PayoutParty: Hashable, Sendable {
    let msp: XOnlyKeyBytes
    let script: Script
    let weight: UInt256
    /// What it is owed from before, satoshis; below 0 what it owes.
    let balance: Int64
}
