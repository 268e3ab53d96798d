internal import Bitcoin
internal import Wire

/// The running hash over everything that the ledger came to (docs/protocol/accounting.md, Ledger root).
struct LedgerRoot: Sendable {
    private static let hash = TaggedHash("radpool/ledger/v1")

    /// After the newest commit.
    private(set) var value: Hash256

    /// At the log's start.
    init(syndicate: Hash256) {
        value = syndicate
    }

    /// Takes what a commit came to.
    ///
    /// - Parameter tallies: by author, in the order of the epoch's configuration.
    mutating func absorb(
        _ commit: LedgerCommit, _ outcome: Ledger.Outcome, tallies: [ShareTally], balances: [Ledger.Balance]
    ) {
        var writer = ByteWriter(capacity: 128 + 40 * tallies.count)
        writer.append(value)
        writer.append(littleEndian: commit.number)
        writer.append(commit.hash)
        for tally in tallies { writer.append(tally) }
        writer.append(outcome.shares.closed) { $0.append($1) }
        writer.append(outcome.settlements) { $0.append($1) }
        writer.append(outcome.blocks) { writer, news in
            writer.append(news.id)
            writer.append(news.verdict.rawValue)
        }
        writer.append(outcome.payouts) { $0.append($1) }
        writer.append(balances) { writer, balance in
            writer.append(balance.msp.bytes)
            writer.append(littleEndian: UInt64(bitPattern: balance.satoshis))
        }
        value = Self.hash.hash(writer.bytes)
    }
}

extension ByteWriter {
    fileprivate mutating func append<Item>(_ items: [Item], _ append: (inout ByteWriter, Item) -> Void) {
        self.append(compactSize: items.count)
        for item in items { append(&self, item) }
    }

    fileprivate mutating func append(_ tally: ShareTally) {
        for count in [tally.taken, tally.void, tally.late, tally.duplicate, tally.unreported] {
            append(littleEndian: count)
        }
    }

    fileprivate mutating func append(_ height: ClosedHeight) {
        append(littleEndian: height.height)
        append(littleEndian: UInt64(height.value.satoshis))
        append(height.credits) { writer, credit in
            writer.append(littleEndian: credit.commit)
            writer.append(credit.msp.bytes)
            writer.append(littleEndian: credit.work)
            writer.append(credit.weight.hash)
        }
        append(height.miners) { writer, miner in
            writer.append(miner.key.bytes)
            writer.append(littleEndian: miner.work)
        }
    }

    fileprivate mutating func append(_ settlement: Settlement) {
        append(littleEndian: settlement.window)
        append(settlement.tree.root.hash)
    }

    fileprivate mutating func append(_ payout: Payout) {
        append(payout.coinbase.block)
        append(payout.transaction.txid)
    }
}
