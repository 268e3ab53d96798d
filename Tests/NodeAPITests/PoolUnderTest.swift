import Bitcoin
import Logging
import Node
import NodeAPI
import Shares
import Wire

/// A pool without miners that shows what a test gave it, and registers by a real account book.
actor PoolUnderTest: PoolService {
    private var shown: PoolSnapshot
    private var book: AccountBook
    private(set) var snapshotCount = 0

    init(policy: AccountPolicy = AccountPolicy(), snapshot: PoolSnapshot = PoolUnderTest.emptySnapshot) {
        shown = snapshot
        book = AccountBook(network: .regtest, policy: policy, miners: [])
    }

    static var emptySnapshot: PoolSnapshot {
        PoolSnapshot(identity: .init(network: .regtest, syndicate: SyndicateID(.zero), msp: MSPID(.zero)))
    }

    func snapshot() -> PoolSnapshot {
        snapshotCount += 1
        return shown
    }

    func miners(from number: UInt32, count: Int) -> [MinerRegistration] {
        Array(book.miners.dropFirst(Int(number)).prefix(count))
    }

    func register(
        _ application: AccountApplication, isOperator: Bool
    ) throws(AccountRefusal) -> (miner: MinerRegistration, isNew: Bool) {
        switch book.register(application, isOperator: isOperator) {
        case .granted(let miner): return (miner, false)
        case .created(let miner): return (miner, true)
        case .ask: throw .webhook
        case .refused(let refusal): throw refusal
        }
    }

    /// Runs `body` with the port of a server of this pool on 127.0.0.1.
    nonisolated func serve(
        token: String? = nil, perMinute: UInt32 = 1000, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var settings = HTTPSettings()
        settings.port = 0
        settings.adminToken = token
        settings.registrationsPerMinute = perMinute
        let server = APIServer(settings, service: self, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port in continuation.yield(port) } }
            for await port in ports {
                try await body(port)
                break
            }
            group.cancelAll()
        }
    }
}
