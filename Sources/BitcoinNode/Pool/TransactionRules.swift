internal import Bitcoin

/// The rules of consensus that a transaction keeps or breaks by itself, and the bounds of the pool.
enum TransactionRules {
    /// The greatest weight that the pool takes; also what keeps inputs below the bound of CKernel.
    static let greatestWeight = 400_000

    /// The smallest size without witnesses: 64 bytes could be taken for a node of the merkle tree.
    static let smallestSize = 65

    /// Checks as Bitcoin Core's CheckTransaction and the first lines of its pool do.
    static func check(_ transaction: Transaction) throws(PoolRejection) {
        guard !transaction.inputs.isEmpty else { throw PoolRejection("bad-txns-vin-empty") }
        guard !transaction.outputs.isEmpty else { throw PoolRejection("bad-txns-vout-empty") }
        var total = Amount.zero
        for output in transaction.outputs {
            guard output.satoshis >= 0 else { throw PoolRejection("bad-txns-vout-negative") }
            guard let amount = output.amount else { throw PoolRejection("bad-txns-vout-toolarge") }
            guard let sum = total.adding(amount) else { throw PoolRejection("bad-txns-txouttotal-toolarge") }
            total = sum
        }
        let outPoints = transaction.inputs.map(\.outPoint)
        guard Set(outPoints).count == outPoints.count else { throw PoolRejection("bad-txns-inputs-duplicate") }
        guard !transaction.isCoinbase else { throw PoolRejection("coinbase") }
        guard !outPoints.contains(.null) else { throw PoolRejection("bad-txns-prevout-null") }
        guard transaction.weight <= greatestWeight else { throw PoolRejection("tx-size") }
        guard transaction.strippedSize >= smallestSize else { throw PoolRejection("tx-size-small") }
    }
}

/// When a transaction may stand in a block: its lock time, and the relative lock times of its inputs (BIP68, BIP113).
struct LockRules {
    /// The height of the block.
    let height: Int
    /// The median time past of the block before, in seconds since 1970.
    let medianTimePast: UInt32

    /// Whether the lock time lies behind the block, or every input waives it.
    func isFinal(_ transaction: Transaction) -> Bool {
        let lock = transaction.lockTime
        let limit = lock < 500_000_000 ? Int64(height) : Int64(medianTimePast)
        return Int64(lock) < limit || transaction.inputs.allSatisfy { $0.sequence == .max }
    }

    /// Whether every relative lock time has run out.
    ///
    /// - Parameters:
    ///   - heights: of the blocks that hold what the inputs spend, in their order; `height` for what is in no block.
    ///   - medianTimePastBefore: of the block before the one at a height.
    func areSequencesFinal(
        _ transaction: Transaction, heights: [Int], medianTimePastBefore: (Int) -> UInt32
    ) -> Bool {
        guard transaction.version >= 2 else {
            return true
        }
        return zip(transaction.inputs, heights).allSatisfy { input, coinHeight in
            let sequence = input.sequence
            guard sequence & (1 << 31) == 0 else {
                return true
            }
            let value = Int64(sequence & 0xffff)
            guard sequence & (1 << 22) != 0 else {
                return Int64(coinHeight) + value <= Int64(height)
            }
            return Int64(medianTimePastBefore(coinHeight)) + value * 512 <= Int64(medianTimePast)
        }
    }
}
