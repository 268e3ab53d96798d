internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A CPU miner for trials: stays connected to one pool and hashes for it.
public final class Miner: Sendable {
    /// What there is to tell about a running miner.
    public enum Report: Hashable, Sendable {
        /// The connection stands.
        case connected
        /// It does not any more, or could not be made; the next try comes after so many seconds.
        case disconnected(reason: String, retrySeconds: Int)
        /// What the pool sent.
        case event(MinerSession.Event)
    }

    private let address: PoolAddress
    private let login: MinerSession.Login
    private let threads: HashingThreads
    private let shares: Shares
    private let report: @Sendable (Report) -> Void

    /// The longest wait between two tries to connect, seconds.
    private static let longestWait = 60

    /// Where the threads' shares go: the connection that stands.
    private final class Shares: Sendable {
        let channel = Mutex<(any Channel)?>(nil)
    }

    /// A miner with threads that wait for work.
    ///
    /// - Parameter report: called on threads of the miner.
    public init(
        _ address: PoolAddress, _ login: MinerSession.Login, threads: Int, report: @escaping @Sendable (Report) -> Void
    ) {
        let shares = Shares()
        self.address = address
        self.login = login
        self.shares = shares
        self.report = report
        self.threads = HashingThreads(count: threads) { share in
            shares.channel.withLock { $0 }?.writeAndFlush(share, promise: nil)
        }
    }

    deinit {
        threads.stop()
    }

    /// How many headers were hashed so far.
    public var hashCount: UInt64 { threads.hashCount }

    /// Mines until the task is cancelled; connects anew whenever the connection ends.
    public func run() async {
        var token: String?
        var wait = 1
        while !Task.isCancelled {
            let isAuthorized = Mutex(false)
            let ending = await connection(resuming: token) { event in
                if event == .authorized { isAuthorized.withLock { $0 = true } }
            }
            threads.set(nil)
            token = ending.resumeToken ?? token
            wait = isAuthorized.withLock { $0 } ? 1 : wait
            guard !Task.isCancelled else { break }
            report(.disconnected(reason: ending.reason, retrySeconds: wait))
            try? await Task.sleep(for: .seconds(wait))
            wait = min(2 * wait, Self.longestWait)
        }
        threads.set(nil)
    }

    private func connection(
        resuming token: String?, seen: @escaping @Sendable (MinerSession.Event) -> Void
    ) async -> StratumChannel.Ending {
        let session = MinerSession(login, resuming: token)
        let (endings, continuation) = AsyncStream.makeStream(of: StratumChannel.Ending.self)
        let channel: any Channel
        do {
            // The channel is known before the pool's first line: a share that were found earlier would be lost.
            channel = try await StratumConnection.open(address, session) { [shares] channel in
                shares.channel.withLock { $0 = channel }
            } report: { [threads, report] event in
                switch event {
                case .work(let work): threads.set(work)
                case .accepted, .refused: threads.shareAnswered()
                default: seen(event)
                }
                report(.event(event))
            } closed: { ending in
                continuation.yield(ending)
                continuation.finish()
            }
        } catch {
            return StratumChannel.Ending(reason: "\(error)", resumeToken: token)
        }
        report(.connected)
        defer { shares.channel.withLock { $0 = nil } }
        return await withTaskCancellationHandler {
            for await ending in endings { return ending }
            return StratumChannel.Ending(reason: "cancelled", resumeToken: token)
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Connects, logs in, and returns the first work that the pool sends; hashes nothing.
    public static func firstWork(
        from address: PoolAddress, _ login: MinerSession.Login
    ) async throws(PoolFailure) -> StratumWork {
        let (results, continuation) = AsyncStream.makeStream(of: Result<StratumWork, PoolFailure>.self)
        let channel: any Channel
        do {
            channel = try await StratumConnection.open(address, MinerSession(login)) { _ in
            } report: { event in
                if case .work(let work) = event { continuation.yield(.success(work)) }
            } closed: { ending in
                continuation.yield(.failure(PoolFailure(reason: ending.reason)))
                continuation.finish()
            }
        } catch {
            throw PoolFailure(reason: "\(error)")
        }
        defer { channel.close(promise: nil) }
        for await result in results { return try result.get() }
        throw PoolFailure(reason: "cancelled")
    }
}

/// Why a pool gave no work.
public struct PoolFailure: Error, Hashable, Sendable {
    /// In words.
    public let reason: String

    /// A failure for that reason.
    public init(reason: String) {
        self.reason = reason
    }
}

/// Opens channels to pools.
enum StratumConnection {
    static func open(
        _ address: PoolAddress, _ session: MinerSession,
        made: @escaping @Sendable (any Channel) -> Void,
        report: @escaping @Sendable (MinerSession.Event) -> Void,
        closed: @escaping @Sendable (StratumChannel.Ending) -> Void
    ) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                made(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        StratumChannel(session, report: report, closed: closed))
                }
            }
            .connectTimeout(.seconds(10))
            .connect(host: address.host, port: address.port)
            .get()
    }
}
