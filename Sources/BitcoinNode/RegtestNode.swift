internal import Bitcoin
public import Foundation

/// The embedded regtest node: a chain validated by Bitcoin Core's kernel, which answers bitcoind's calls.
///
/// Every block that it has answered for is on the disk. docs/protocol/node-rpc.md lists the calls.
public actor RegtestNode {
    /// When a long poll answers without a new block, as in bitcoind: once the pool has changed, first after a while,
    /// then at every interval.
    public struct LongPollTimes: Sendable {
        /// Until the pool is looked at for the first time.
        public var first: Duration
        /// Between further looks.
        public var further: Duration

        /// bitcoind's times by default.
        public init(first: Duration = .seconds(60), further: Duration = .seconds(10)) {
            self.first = first
            self.further = further
        }
    }

    let chain: RegtestChain
    let longPollTimes: LongPollTimes
    /// Seconds since 1970.
    private let clock: @Sendable () -> UInt32

    private let executor: QueueExecutor
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    private var isStopped = false

    /// The actor's own queue.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Opens the node in a data directory of its own and replays its journal.
    ///
    /// - Parameter clock: the wall clock in seconds since 1970.
    public init(
        library: KernelLibrary, directory: URL, longPollTimes: LongPollTimes = LongPollTimes(),
        clock: @escaping @Sendable () -> UInt32 = { UInt32(clamping: Int64(Date().timeIntervalSince1970)) }
    ) throws(RegtestNodeError) {
        chain = try RegtestChain(library: library, directory: directory)
        self.longPollTimes = longPollTimes
        self.clock = clock
        executor = QueueExecutor(label: "regtest-node")
    }

    /// Bytes of a torn record that were cut off the journal at the start; 0 after a clean stop.
    public var journalBytesCutOff: Int { chain.cutOff }

    /// Seconds since 1970.
    var now: UInt32 { clock() }

    /// Ends all long polls; calls that come later are refused.
    public func stop() {
        isStopped = true
        wakeAll()
    }

    /// Answers one call.
    ///
    /// - Parameter parameters: the `params` of the request.
    /// - Throws: what bitcoind would answer as `error`.
    public func call(_ method: String, _ parameters: JSONValue?) async throws(RPCError) -> JSONValue {
        try refuseIfStopped()
        let parameters = try RPCParameters(parameters)
        switch method {
        case "getblocktemplate": return try await getBlockTemplate(parameters)
        case "generatetoaddress": return try await generateToAddress(parameters)
        default: break
        }
        if let answer = try callBlocks(method, parameters) { return answer }
        if let answer = try callTransactions(method, parameters) { return answer }
        throw .methodNotFound
    }

    func refuseIfStopped() throws(RPCError) {
        guard !isStopped else { throw RPCError(code: -9, message: "Shutting down") }
    }

    /// Takes a block to the chain and wakes who waits for a new tip.
    func submit(_ block: [UInt8]) throws(RPCError) -> BlockVerdict {
        let tip = chain.index.tip
        defer { if chain.index.tip != tip { wakeAll() } }
        do {
            return try chain.submit(block)
        } catch {
            throw .database(error.description)
        }
    }

    // MARK: Long polls

    /// Returns when the tip is another than `tip`, or the pool has changed after its time, or the task is cancelled.
    func waitForChange(tip: Hash256, poolSequence: UInt64) async {
        var patience = longPollTimes.first
        while !isStopped, !Task.isCancelled, chain.index.tip == tip {
            let isTimeUp = await sleep(atMost: patience)
            if isTimeUp, chain.poolSequence != poolSequence {
                return
            }
            patience = longPollTimes.further
        }
    }

    /// Waits for a wake-up; whether the time ran out before one came.
    private func sleep(atMost duration: Duration) async -> Bool {
        nextWaiter += 1
        let waiter = nextWaiter
        let timer = Task { () -> Bool in
            guard (try? await Task.sleep(for: duration)) != nil else {
                return false
            }
            return wake(waiter)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume()
                } else {
                    waiters[waiter] = continuation
                }
            }
        } onCancel: {
            Task { await self.wake(waiter) }
        }
        timer.cancel()
        return await timer.value
    }

    /// Wakes one waiter; whether it was still waiting.
    @discardableResult
    private func wake(_ waiter: UInt64) -> Bool {
        guard let continuation = waiters.removeValue(forKey: waiter) else {
            return false
        }
        continuation.resume()
        return true
    }

    private func wakeAll() {
        let woken = waiters
        waiters = [:]
        for continuation in woken.values {
            continuation.resume()
        }
    }
}
