internal import Bitcoin
internal import Foundation

/// Threads that look for shares of the newest work, each in headers of its own.
///
/// Safe: all state is behind the condition's lock.
public final class HashingThreads: @unchecked Sendable {
    private let condition = NSCondition()
    private let found: @Sendable (FoundShare) -> Void
    private var work: StratumWork?
    /// Changes with the work, so that a thread sees that what it does is old.
    private var generation: UInt64 = 0
    /// Counts headers. Never starts anew, so that no header is tried twice, also when an extranonce1 comes back.
    private var nextIndex: UInt64 = 0
    private var hashes: UInt64 = 0
    /// Shares found and not yet answered.
    private var outstanding = 0
    private var isStopped = false

    /// Nonces between two looks at the work: a few milliseconds.
    private static let stride: UInt64 = 1 << 16

    /// How many shares may wait for their answers before the threads wait too.
    private static let mostOutstanding = 64

    /// Starts the threads; they wait for work.
    ///
    /// - Parameter found: called on one of the threads for each share.
    public init(count: Int, found: @escaping @Sendable (FoundShare) -> Void) {
        self.found = found
        for number in 0..<count {
            let thread = Thread { self.run() }
            thread.name = "hashing-\(number)"
            thread.start()
        }
    }

    /// Sets what to work on; nil when the connection has ended, and with it all hope for answers.
    public func set(_ work: StratumWork?) {
        locked {
            self.work = work
            generation += 1
            outstanding = work == nil ? 0 : outstanding
        }
    }

    /// A share was answered: makes room for another.
    public func shareAnswered() {
        locked { outstanding -= 1 }
    }

    /// Ends the threads soon.
    public func stop() {
        locked { isStopped = true }
    }

    /// How many headers were hashed so far.
    public var hashCount: UInt64 {
        condition.lock()
        defer { condition.unlock() }
        return hashes
    }

    private func locked(_ change: () -> Void) {
        condition.lock()
        change()
        condition.broadcast()
        condition.unlock()
    }

    /// The next header to try, once there is work and room for its shares; nil at the end.
    private func next() -> (work: StratumWork, place: StratumWork.Place, generation: UInt64)? {
        condition.lock()
        defer { condition.unlock() }
        while !isStopped, work == nil || outstanding >= Self.mostOutstanding {
            condition.wait()
        }
        guard !isStopped, let work else {
            return nil
        }
        nextIndex += 1
        return (work, work.header(at: nextIndex), generation)
    }

    /// Counts what was hashed and found; whether the share, if there is one, is still wanted, and whether to go on with
    /// work of that generation.
    private func account(
        _ count: UInt64, found isShare: Bool, generation: UInt64
    ) -> (isWanted: Bool, goesOn: Bool) {
        condition.lock()
        defer { condition.unlock() }
        hashes += count
        let isWanted = isShare && (self.generation == generation || work?.job.isClean == false)
        outstanding += isWanted ? 1 : 0
        return (isWanted, !isStopped && self.generation == generation)
    }

    private func run() {
        while let (work, place, generation) = next() {
            var nonce: UInt64 = 0
            var goesOn = true
            while goesOn, nonce < 1 << 32 {
                let hit = place.header.mined(
                    meeting: work.difficulty.target, first: UInt32(nonce), count: Self.stride)
                let end = hit.map { UInt64($0.nonce) + 1 } ?? min(nonce + Self.stride, 1 << 32)
                let share = account(end - nonce, found: hit != nil, generation: generation)
                if let hit, share.isWanted {
                    found(FoundShare(work: work, place: place, nonce: hit.nonce))
                }
                nonce = end
                goesOn = share.goesOn && waitForRoom(generation)
            }
        }
    }

    /// Waits until not too many shares are without an answer; false when the work has changed by then.
    private func waitForRoom(_ generation: UInt64) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isStopped, self.generation == generation, outstanding >= Self.mostOutstanding {
            condition.wait()
        }
        return !isStopped && self.generation == generation
    }
}
