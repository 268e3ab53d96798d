public import Node
public import Wire

/// A running engine as the API sees it.
public struct EnginePool: PoolService {
    private let engine: PoolEngine

    /// Shows and asks `engine`.
    public init(_ engine: PoolEngine) {
        self.engine = engine
    }

    /// Everything that the engine shows of itself now.
    public func snapshot() async -> PoolSnapshot { engine.snapshot }

    /// Registered miners from a number on.
    public func miners(from number: UInt32, count: Int) async -> [MinerRegistration] {
        engine.miners(from: number, count: count)
    }

    /// Registers a miner, durably.
    public func register(
        _ application: AccountApplication, isOperator: Bool
    ) async throws(AccountRefusal) -> (miner: MinerRegistration, isNew: Bool) {
        switch await engine.register(application, isOperator: isOperator) {
        case .granted(let miner): return (miner, false)
        case .created(let miner): return (miner, true)
        // The engine asks the webhook itself and answers when it has.
        case .ask: throw .webhook
        case .refused(let refusal): throw refusal
        }
    }
}
