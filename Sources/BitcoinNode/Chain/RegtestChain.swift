internal import Bitcoin
internal import Foundation

/// The embedded node without its clock, threads and network: kernel, journal, index, coins and pool kept in step.
///
/// The journal is the only memory: the kernel starts empty, and all of it is replayed. A block counts as taken when it
/// is in the journal; what the kernel has taken and the disk has not is kept in `unwritten` and written before
/// anything else, so a full disk stops the chain and loses nothing.
final class RegtestChain {
    private let lock: DirectoryLock
    private let kernel: KernelChain
    private var journal: BlockJournal
    private var unwritten: [[UInt8]] = []

    private(set) var index: ChainIndex
    private(set) var coins: CoinView
    private(set) var pool = TransactionPool()

    /// Counts what changed in the pool by transactions that came.
    private(set) var poolSequence: UInt64 = 0

    /// Bytes of a torn record that the journal's opening cut off.
    let cutOff: Int

    /// Opens the node's state in a directory of its own: `lock`, `blocks.journal`, and `kernel/`, made anew.
    init(library: KernelLibrary, directory: URL, undoDepth: Int = 100) throws(RegtestNodeError) {
        let blockFiles = directory.appending(path: "kernel")
        guard (try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)) != nil else {
            throw .cannotMakeDirectory(path: directory.path)
        }
        guard let lock = DirectoryLock(path: directory.appending(path: "lock").path) else {
            throw .directoryInUse(path: directory.path)
        }
        self.lock = lock
        try? FileManager.default.removeItem(at: blockFiles)
        do {
            journal = try BlockJournal(path: directory.appending(path: "blocks.journal").path)
        } catch {
            throw .journal(error)
        }
        do {
            kernel = try KernelChain(library: library, directory: blockFiles.path)
            index = ChainIndex(genesis: try Self.genesis(of: kernel))
        } catch {
            throw .kernel(error)
        }
        coins = CoinView(undoDepth: undoDepth)
        cutOff = journal.cutOff
        try replay(journal.takeRecovered())
    }

    private static func genesis(of kernel: KernelChain) throws(KernelError) -> Block {
        guard let hash = kernel.hash(atHeight: 0), let bytes = kernel.block(hash),
            let block = try? Block(decoding: bytes)
        else {
            throw .unreadableBlock(hash: "0")
        }
        return block
    }

    private func replay(_ blocks: [[UInt8]]) throws(RegtestNodeError) {
        for (index, bytes) in blocks.enumerated() {
            switch try judge(bytes) {
            case .connected, .stored: try take(bytes)
            case .refused(let reason): throw .journalRefused(number: index + 1, reason: reason)
            case .known: throw .journalRefused(number: index + 1, reason: "duplicate")
            case .unreadable: throw .journalRefused(number: index + 1, reason: "unreadable")
            }
        }
    }

    /// The block of a hash on any branch, serialised; nil if the node has none.
    func block(_ hash: Hash256) -> [UInt8]? { kernel.block(hash) }

    // MARK: Blocks

    /// Validates a block in full, writes it to the disk and follows the best chain.
    ///
    /// On an error of the disk the block is kept and written before the next one; the chain stands still until then.
    func submit(_ bytes: [UInt8]) throws(RegtestNodeError) -> BlockVerdict {
        try write()
        let verdict = try judge(bytes)
        switch verdict {
        case .connected, .stored:
            unwritten.append(bytes)
            try write()
        case .known, .refused, .unreadable: break
        }
        return verdict
    }

    private func judge(_ bytes: [UInt8]) throws(RegtestNodeError) -> BlockVerdict {
        do {
            return try kernel.process(bytes)
        } catch {
            throw .kernel(error)
        }
    }

    private func write() throws(RegtestNodeError) {
        while let bytes = unwritten.first {
            do {
                try journal.append(bytes)
            } catch {
                throw .journal(error)
            }
            unwritten.removeFirst()
            try take(bytes)
        }
    }

    /// Learns of a block that the kernel has taken, and goes where the kernel's best chain is.
    private func take(_ bytes: [UInt8]) throws(RegtestNodeError) {
        guard let block = try? Block(decoding: bytes) else {
            throw .kernel(.unreadableBlock(hash: SHA256.doubleHash(bytes.prefix(BlockHeader.size)).displayHex))
        }
        index.insert(block)
        guard unwritten.isEmpty else {
            return
        }
        if kernel.height == index.height + 1, block.header.previousBlock == index.tip,
            kernel.hash(atHeight: kernel.height) == block.header.hash
        {
            connect(block)
        } else if kernel.hash(atHeight: kernel.height) != index.tip {
            try reorganise()
        }
    }

    private func connect(_ block: Block) {
        index.extend(to: block.header.hash)
        coins.connect(block, height: index.height)
        pool.connect(block)
    }

    /// Leaves the old branch for the kernel's; what the old one had confirmed goes back to the pool where it can.
    private func reorganise() throws(RegtestNodeError) {
        var returned: [(raw: [UInt8], time: UInt32)] = []
        var isCoinViewWhole = true
        while index.height > 0, kernel.hash(atHeight: index.height) != index.tip {
            let block = try read(index.tip)
            isCoinViewWhole = isCoinViewWhole && coins.disconnect(block)
            returned = block.transactions.dropFirst().map { ($0.encoded(), block.header.time) } + returned
            index.retract()
        }
        if !isCoinViewWhole {
            coins = CoinView(undoDepth: coins.undoDepth)
            for height in 0..<index.height {
                coins.connect(try read(index.active[height + 1]), height: height + 1)
            }
        }
        let pooled = pool.removeAll()
        while let next = kernel.hash(atHeight: index.height + 1) {
            connect(try read(next))
        }
        for (raw, time) in returned + pooled.map({ ($0.raw, $0.time) }) {
            _ = try? accept(raw, at: time)
        }
    }

    private func read(_ hash: Hash256) throws(RegtestNodeError) -> Block {
        guard let bytes = kernel.block(hash), let block = try? Block(decoding: bytes) else {
            throw .kernel(.unreadableBlock(hash: hash.displayHex))
        }
        return block
    }

    /// The next block on the tip.
    ///
    /// - Parameter now: seconds since 1970.
    func template(now: UInt32) -> RegtestTemplate {
        RegtestTemplate(index: index, pool: pool, now: now)
    }

    // MARK: Transactions

    /// Judges a serialised transaction and takes it into the pool.
    ///
    /// - Parameter time: seconds since 1970, kept with the transaction.
    @discardableResult
    func accept(_ raw: [UInt8], at time: UInt32) throws(PoolRejection) -> TransactionPool.Entry {
        let entry = try examine(raw, at: time)
        pool.insert(entry)
        poolSequence += 1
        return entry
    }

    /// Judges a serialised transaction as a candidate for the next block.
    func examine(_ raw: [UInt8], at time: UInt32) throws(PoolRejection) -> TransactionPool.Entry {
        let transaction: Transaction
        do {
            transaction = try Transaction(decoding: raw)
        } catch {
            throw PoolRejection("TX decode failed")
        }
        try TransactionRules.check(transaction)
        let locks = LockRules(height: index.height + 1, medianTimePast: index.medianTimePast(atHeight: index.height))
        guard locks.isFinal(transaction) else { throw PoolRejection("non-final") }
        let spent = try coins(spentBy: transaction)
        let fee = try fee(of: transaction, spending: spent)
        let index = self.index
        guard
            locks.areSequencesFinal(
                transaction, heights: spent.map(\.height),
                medianTimePastBefore: { index.medianTimePast(atHeight: $0 - 1) })
        else { throw PoolRejection("non-BIP68-final") }
        let entry = makeEntry(transaction, raw: raw, fee: fee, spending: spent.map(\.output), at: time)
        try checkBounds(entry)
        if let input = kernel.failedInput(of: raw, spending: spent.map(\.output)) {
            throw PoolRejection("mandatory-script-verify-flag-failed", "input \(input)")
        }
        return entry
    }

    /// Judges transactions one after another, each as if those before it were in the pool; the pool stays as it is.
    func examineInTurn(_ raws: [[UInt8]], at time: UInt32) -> [Result<TransactionPool.Entry, PoolRejection>] {
        let kept = pool
        defer { pool = kept }
        return raws.map { raw in
            let verdict = Result { () throws(PoolRejection) in try examine(raw, at: time) }
            if case .success(let entry) = verdict { pool.insert(entry) }
            return verdict
        }
    }

    /// What a transaction spends, from the chain or the pool; coins of the pool have the next block's height.
    private func coins(spentBy transaction: Transaction) throws(PoolRejection) -> [Coin] {
        let txid = transaction.txid
        guard pool[txid] == nil else { throw PoolRejection("txn-already-in-mempool") }
        guard !transaction.inputs.contains(where: { pool.spender(of: $0.outPoint) != nil }) else {
            throw PoolRejection("txn-mempool-conflict")
        }
        guard !coins.holdsOutput(of: txid, count: transaction.outputs.count) else {
            throw PoolRejection("txn-already-known")
        }
        var spent: [Coin] = []
        for input in transaction.inputs {
            if let coin = coins[input.outPoint] {
                guard !coin.isCoinbase || index.height + 1 - coin.height >= Coin.maturity else {
                    throw PoolRejection("bad-txns-premature-spend-of-coinbase")
                }
                spent.append(coin)
            } else if let output = pool.output(at: input.outPoint), output.script.canBeSpent {
                spent.append(Coin(output: output, height: index.height + 1, isCoinbase: false))
            } else {
                throw .missingInputs
            }
        }
        return spent
    }

    private func fee(of transaction: Transaction, spending spent: [Coin]) throws(PoolRejection) -> Amount {
        var paid = Amount.zero
        for coin in spent {
            guard let amount = coin.output.amount, let sum = paid.adding(amount) else {
                throw PoolRejection("bad-txns-inputvalues-outofrange")
            }
            paid = sum
        }
        let out = transaction.outputs.reduce(Int64(0)) { $0 + $1.satoshis }
        guard let amount = Amount(satoshis: out), let fee = paid.subtracting(amount) else {
            throw PoolRejection("bad-txns-in-belowout")
        }
        return fee
    }

    private func makeEntry(
        _ transaction: Transaction, raw: [UInt8], fee: Amount, spending spent: [TransactionOutput], at time: UInt32
    ) -> TransactionPool.Entry {
        let parents = transaction.inputs.map(\.outPoint.txid).filter { pool[$0] != nil }
        return TransactionPool.Entry(
            transaction: transaction, raw: raw, txid: transaction.txid, wtxid: transaction.wtxid, fee: fee,
            weight: transaction.weight, sigopCost: SigopCost.cost(of: transaction, spending: spent), time: time,
            parents: Set(parents))
    }

    private func checkBounds(_ entry: TransactionPool.Entry) throws(PoolRejection) {
        guard entry.sigopCost <= SigopCost.transactionLimit else {
            throw PoolRejection("bad-txns-too-many-sigops")
        }
        guard pool.ancestors(parents: entry.parents).count < TransactionPool.longestChain else {
            throw PoolRejection("too-long-mempool-chain")
        }
        guard pool.totalSize + entry.raw.count <= TransactionPool.capacity else {
            throw PoolRejection("mempool full")
        }
    }
}
