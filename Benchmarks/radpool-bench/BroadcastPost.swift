import Broadcast
import CLoad
import Foundation
import Synchronization

/// What passes between the threads of a run.
final class Post: Sendable {
    /// For each thread what has come for its members.
    let letters: [Mailbox<Letter>]
    /// For each member what its core wants done.
    let logs: [Mailbox<Effect>]
    private let finished = Atomic<Int>(0)
    private let endTime = Atomic<UInt64>(0)

    init(members: Int, threads: Int) {
        letters = (0..<threads).map { _ in Mailbox() }
        logs = (0..<members).map { _ in Mailbox() }
    }

    /// A member has ordered everything.
    func finish() {
        if finished.add(1, ordering: .sequentiallyConsistent).newValue == logs.count { stop() }
    }

    /// Ends the run, whatever is ordered.
    func stop() {
        endTime.store(rp_load_now(), ordering: .sequentiallyConsistent)
    }

    /// Whether the run has ended.
    var isEnded: Bool { end > 0 }

    /// When the run ended, nanoseconds; 0 before.
    var end: UInt64 { endTime.load(ordering: .sequentiallyConsistent) }
}

/// What other threads have for one.
final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let news = DispatchSemaphore(value: 0)

    func post(_ new: [Item]) {
        guard !new.isEmpty else { return }
        let wasEmpty = items.withLock { items in
            defer { items += new }
            return items.isEmpty
        }
        if wasEmpty { news.signal() }
    }

    /// Everything that is there; waits for something no longer than that.
    func take(milliseconds: Int) -> [Item] {
        let found = takeAll()
        guard found.isEmpty, milliseconds > 0 else { return found }
        _ = news.wait(timeout: .now() + .milliseconds(milliseconds))
        return takeAll()
    }

    private func takeAll() -> [Item] {
        items.withLock { items in
            defer { items = [] }
            return items
        }
    }
}

/// A thread and its outcome. A failure ends the run.
final class Worker<Value: Sendable>: Sendable {
    private let post: Post
    private let body: @Sendable () throws -> Value
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let finished = DispatchSemaphore(value: 0)

    init(_ post: Post, _ body: @escaping @Sendable () throws -> Value) {
        self.post = post
        self.body = body
    }

    func start() {
        let thread = Thread { [self] in
            let outcome = Result { try body() }
            if case .failure = outcome { post.stop() }
            result.withLock { $0 = outcome }
            finished.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Waits for the outcome.
    func finish() throws -> Value {
        finished.wait()
        guard let outcome = result.withLock({ $0 }) else { fatalError("a thread that finished has an outcome") }
        return try outcome.get()
    }
}
