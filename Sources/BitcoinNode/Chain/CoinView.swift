internal import Bitcoin

/// An output that can be spent.
struct Coin: Hashable, Sendable {
    let output: TransactionOutput
    /// The height of the block that made it.
    let height: Int
    let isCoinbase: Bool

    /// How many blocks a coinbase's output waits before it can be spent.
    static let maturity = 100
}

/// All unspent outputs of the best chain, and what its last blocks have spent.
struct CoinView {
    /// How many blocks can be taken back without building the view anew.
    let undoDepth: Int

    private var coins: [OutPoint: Coin] = [:]
    /// What the last blocks have spent, oldest block first.
    private var undo: [[(outPoint: OutPoint, coin: Coin)]] = []

    /// A view of the genesis block, whose coinbase nobody can spend.
    init(undoDepth: Int = 100) {
        self.undoDepth = undoDepth
    }

    /// How many outputs are unspent.
    var count: Int { coins.count }

    /// The unspent output at a place.
    subscript(outPoint: OutPoint) -> Coin? { coins[outPoint] }

    /// Whether any output of a transaction is unspent.
    func holdsOutput(of txid: Hash256, count: Int) -> Bool {
        (0..<count).contains { coins[OutPoint(txid: txid, index: UInt32(truncatingIfNeeded: $0))] != nil }
    }

    /// Applies a block that the kernel has connected at a height.
    mutating func connect(_ block: Block, height: Int) {
        var spent: [(outPoint: OutPoint, coin: Coin)] = []
        for transaction in block.transactions {
            for input in transaction.inputs {
                if let coin = coins.removeValue(forKey: input.outPoint) { spent.append((input.outPoint, coin)) }
            }
            let txid = transaction.txid
            for (index, output) in transaction.outputs.enumerated() where output.script.canBeSpent {
                let outPoint = OutPoint(txid: txid, index: UInt32(truncatingIfNeeded: index))
                coins[outPoint] = Coin(output: output, height: height, isCoinbase: transaction.isCoinbase)
            }
        }
        undo.append(spent)
        if undo.count > undoDepth { undo.removeFirst() }
    }

    /// Takes the last block back; false where it is too deep and the view must be built anew.
    mutating func disconnect(_ block: Block) -> Bool {
        guard let spent = undo.popLast() else {
            return false
        }
        // Restored first: what was made and spent in this block goes again with the transaction that made it.
        for (outPoint, coin) in spent {
            coins[outPoint] = coin
        }
        for transaction in block.transactions {
            let txid = transaction.txid
            for index in transaction.outputs.indices {
                coins[OutPoint(txid: txid, index: UInt32(truncatingIfNeeded: index))] = nil
            }
        }
        return true
    }
}

extension Script {
    /// Whether some input could ever satisfy the script: not OP_RETURN, and not beyond 10,000 bytes.
    var canBeSpent: Bool {
        bytes.first != 0x6a && bytes.count <= 10_000
    }
}
