internal import Node

/// Asks the pool for a snapshot at most four times a second, however many clients ask.
actor SnapshotCache {
    private static let lifetime = Duration.milliseconds(250)

    private let service: any PoolService
    private var newest: (snapshot: PoolSnapshot, at: ContinuousClock.Instant)?
    private var running: Task<PoolSnapshot, Never>?

    init(_ service: any PoolService) {
        self.service = service
    }

    /// A snapshot that is not older than its lifetime; all who wait share one question.
    func snapshot() async -> PoolSnapshot {
        if let newest, newest.at.duration(to: .now) < Self.lifetime { return newest.snapshot }
        if let running { return await running.value }
        let service = service
        let task = Task { await service.snapshot() }
        running = task
        let snapshot = await task.value
        newest = (snapshot, .now)
        running = nil
        return snapshot
    }

    /// Something changed that who asks next must see.
    func forget() {
        newest = nil
    }
}
