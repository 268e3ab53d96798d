import Bitcoin
import Wire

@testable import Accounting

/// The ledger's root as the page has it, from what the ledger gives away.
struct RootOracle {
    private(set) var value: Hash256

    init(_ genesis: Genesis) { value = genesis.syndicateID }

    mutating func absorb(_ commit: LedgerCommit, _ outcome: Ledger.Outcome, _ tallies: [ShareTally], _ ledger: Ledger) {
        var bytes = value.bytes + little(commit.number) + commit.hash.bytes
        for tally in tallies {
            for count in [tally.taken, tally.void, tally.late, tally.duplicate, tally.unreported] {
                bytes += little(count)
            }
        }
        bytes += list(outcome.shares.closed) { height in
            little(height.height) + little(height.value.satoshis)
                + list(height.credits) { little($0.commit) + $0.msp.bytes + little($0.work) + $0.weight.hash.bytes }
                + list(height.miners) { $0.key.bytes + little($0.work) }
        }
        bytes += list(outcome.settlements) { little($0.window) + $0.tree.root.hash.bytes }
        bytes += list(outcome.blocks) { $0.id.bytes + [$0.verdict.rawValue] }
        bytes += list(outcome.payouts) { $0.coinbase.block.bytes + $0.transaction.txid.bytes }
        bytes += list(ledger.balances) { $0.msp.bytes + little($0.satoshis) }
        value = TaggedHash("radpool/ledger/v1").hash(bytes)
    }

    private func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number(8 * $0)) }
    }

    private func list<Item>(_ items: [Item], _ bytes: (Item) -> [UInt8]) -> [UInt8] {
        // No list of a test has more than 252.
        [UInt8(items.count)] + items.flatMap(bytes)
    }
}
