import ArgumentParser
import Foundation
import Mining
import Synchronization

/// `radpool mine`: a CPU miner for trials.
struct MineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mine", abstract: "Mine with the CPU, for trials.",
        discussion: "Speaks plain stratum, so it works with any pool. Runs until it is interrupted.")

    @OptionGroup var pool: PoolOptions

    @Option(help: "Hashing threads; by default one for each processor.")
    var threads: Int?

    @Option(help: "End with success once so many shares are accepted.")
    var stopAfter: UInt64?

    @Option(help: "Seconds between two lines on the hashrate.")
    var interval = 10

    func validate() throws {
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--threads must be 1...1024")
        }
        guard (1...3_600).contains(interval) else { throw ValidationError("--interval must be 1...3600") }
    }

    func run() async throws {
        let (address, login) = try pool.values()
        let display = MinerDisplay(address: address, user: login.user, stopAfter: stopAfter)
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let miner = Miner(address, login, threads: threads ?? processors) { display.show($0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await miner.run() }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(interval))) != nil {
                    display.showRate(hashes: miner.hashCount)
                }
            }
            group.addTask { await display.untilDone() }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Where to mine and as whom.
struct PoolOptions: ParsableArguments {
    @Argument(help: "The pool, such as stratum+tcp://127.0.0.1:3333.")
    var url: String

    @Option(help: "ACCOUNT or ACCOUNT.worker: a registered name, a taproot address or 64 hex digits of a payout key.")
    var user: String

    @Option(help: "The password; pools read options from it, such as d=DIFFICULTY.")
    var password = "x"

    @Flag(inversion: .prefixedNo, help: "Whether to ask for version rolling (BIP310).")
    var versionRolling = true

    /// The address and the login.
    func values() throws -> (PoolAddress, MinerSession.Login) {
        guard let address = PoolAddress(url) else {
            throw ValidationError("\(url) is not stratum+tcp://HOST:PORT")
        }
        return (address, MinerSession.Login(user: user, password: password, rollsVersions: versionRolling))
    }
}

/// What a miner prints.
final class MinerDisplay: Sendable {
    private struct State {
        var accepted: UInt64 = 0
        var refused: UInt64 = 0
        var difficulty = ""
        var lastHashes: UInt64 = 0
        var lastTime = ContinuousClock.now
        /// Until the first lines on the hashrate, each share is shown by itself.
        var isNew = true
    }

    private let address: PoolAddress
    private let user: String
    private let stopAfter: UInt64?
    private let state = Mutex(State())
    private let done = AsyncStream.makeStream(of: Void.self)

    init(address: PoolAddress, user: String, stopAfter: UInt64?) {
        self.address = address
        self.user = user
        self.stopAfter = stopAfter
    }

    /// Returns when as many shares are accepted as there should be.
    func untilDone() async {
        for await _ in done.stream {}
    }

    /// Takes note of a report, and prints it unless there are too many of its kind.
    func show(_ report: Miner.Report) {
        switch report {
        case .connected: write("connected to \(address)")
        case .disconnected(let reason, let seconds): write("\(reason); next try in \(seconds) s")
        case .event(let event): show(event)
        }
    }

    private func show(_ event: MinerSession.Event) {
        switch event {
        case .authorized: write("mining as \(user)")
        case .message(let text): write("the pool says: \(text)")
        case .refused(let reason):
            state.withLock { $0.refused += 1 }
            write("share refused: \(reason)")
        case .accepted:
            let (count, isNew) = state.withLock { state in
                state.accepted += 1
                return (state.accepted, state.isNew)
            }
            if isNew, count <= 5 { write("share accepted (\(count))") }
            if count == stopAfter { done.continuation.finish() }
        case .work(let work):
            let isOther = state.withLock { state in
                defer { state.difficulty = work.difficulty.text }
                return state.difficulty != work.difficulty.text
            }
            if isOther { write("difficulty \(work.difficulty.text)") }
        case .send, .end: break
        }
    }

    /// Prints the counts and the hashrate since the last time.
    func showRate(hashes: UInt64) {
        let (state, rate) = state.withLock { state in
            let now = ContinuousClock.now
            let seconds = state.lastTime.duration(to: now) / .seconds(1)
            let rate = Double(hashes - state.lastHashes) / max(seconds, 0.001)
            state.lastHashes = hashes
            state.lastTime = now
            state.isNew = false
            return (state, rate)
        }
        let text = String(format: "%.2f", rate / 1_000_000)
        write("\(text) Mh/s, \(state.accepted) accepted, \(state.refused) refused")
    }

    /// Unbuffered, so that a reader behind a pipe sees lines as they come.
    private func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
