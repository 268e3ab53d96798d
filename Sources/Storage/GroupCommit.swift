/// Decides when to commit what: a commit starts whenever none is running and an item waits; what arrives meanwhile is
/// the next group.
///
/// A value without a clock, a thread or a disk: each event returns what is to be done, in that order. Under load groups
/// grow until the disk keeps up; alone, an item waits for one commit only.
public struct GroupCommit<Item> {
    /// What the caller does next.
    public enum Action {
        /// Store these items in one transaction, and report with `commitSucceeded` or `commitFailed`.
        case commit([Item])
        /// The items are durable.
        case acknowledge([Item])
        /// The items are not stored and never will be.
        case fail([Item])
    }

    /// The most items of one commit.
    public let maximumGroupSize: Int

    /// The most items that wait while a commit runs; more are failed at once, so that a stuck disk costs no memory.
    public let maximumWaiting: Int

    /// What is being committed; empty if no commit runs.
    private var running: [Item] = []

    private var waiting: [Item] = []

    /// Nothing runs and nothing waits.
    ///
    /// - Parameters: both at least 1; less counts as 1.
    public init(maximumGroupSize: Int, maximumWaiting: Int) {
        self.maximumGroupSize = max(maximumGroupSize, 1)
        self.maximumWaiting = max(maximumWaiting, 1)
    }

    /// Whether a commit runs.
    public var isCommitting: Bool { !running.isEmpty }

    /// How many items neither run nor are answered.
    public var waitingCount: Int { waiting.count }

    /// Items arrived.
    public mutating func add(_ items: [Item]) -> [Action] {
        let room = maximumWaiting - waiting.count
        waiting += items.prefix(room)
        let refused = Array(items.dropFirst(room))
        return (refused.isEmpty ? [] : [.fail(refused)]) + start()
    }

    /// The running commit is durable.
    public mutating func commitSucceeded() -> [Action] {
        guard isCommitting else { return [] }
        let group = running
        running = []
        return [.acknowledge(group)] + start()
    }

    /// The running commit stored nothing. Exactly its items fail; the next group is tried at once.
    public mutating func commitFailed() -> [Action] {
        guard isCommitting else { return [] }
        let group = running
        running = []
        return [.fail(group)] + start()
    }

    private mutating func start() -> [Action] {
        guard !isCommitting, !waiting.isEmpty else { return [] }
        running = Array(waiting.prefix(maximumGroupSize))
        waiting.removeFirst(running.count)
        return [.commit(running)]
    }
}

extension GroupCommit: Sendable where Item: Sendable {}
extension GroupCommit.Action: Sendable where Item: Sendable {}
extension GroupCommit.Action: Equatable where Item: Equatable {}
