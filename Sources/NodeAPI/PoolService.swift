public import Node
public import Wire

/// What the API shows and asks of a running pool.
public protocol PoolService: Sendable {
    /// Everything that the pool shows of itself now.
    func snapshot() async -> PoolSnapshot

    /// Registered miners in the order of their numbers.
    ///
    /// - Parameters:
    ///   - number: the first number.
    ///   - count: the most that are wanted.
    func miners(from number: UInt32, count: Int) async -> [MinerRegistration]

    /// Registers a miner, durably.
    ///
    /// - Parameter isOperator: whether the operator asks, to whom the rules for new miners do not apply.
    /// - Returns: the account, and whether it is new.
    func register(
        _ application: AccountApplication, isOperator: Bool
    ) async throws(AccountRefusal) -> (miner: MinerRegistration, isNew: Bool)
}
