import Bitcoin
import Foundation
import StratumConversations
import TestSupport
import Testing

/// The daemon's system calls: a kill keeps what the kernel has, so that it cannot show a missing fdatasync.
@Suite("radpoold: the disk before the answer", .enabled(if: Strace.isExpected, Strace.absence))
struct DaemonTraceTests {
    private static let miners = 4
    private static let rounds = 6
    /// Shares of a miner in one segment.
    private static let burst = 16

    @Test func everyAnswerTrueIsBehindAFdatasyncOfItsGroup() throws {
        let files = try TemporaryFolder("trace")
        let trace = files.path("trace")
        let pool = try DaemonPool(.patient.with { $0.rules.loops = 2 }) { _ in Strace.command(writing: trace) }
        var promises: [DurabilityTrace.Promise] = []
        let connections = try (0..<Self.miners).map { number in
            // Who comes first is registered, which is a promise, too. The others are the same account.
            if number == 0 {
                promises.append(.init(id: "2", record: try Hex.decode(Accounts.first)))
            }
            return try Miner(pool, name: "\(Accounts.first).\(number)")
        }
        for round in 0..<Self.rounds {
            let sent = try connections.indices.map { number in
                try send(Self.burst, by: connections[number], "\(round)-\(number)", &promises)
            }
            for (miner, ids) in zip(connections, sent) {
                for id in ids { try miner.expectReply(Lines.yes(id)) }
            }
        }
        try pool.end()
        let checked = DurabilityTrace(try Strace.read(trace))
        #expect(promises.count == 1 + Self.miners * Self.rounds * Self.burst)
        #expect(checked.breaches(promises).prefix(5) == [])
        #expect(checked.groupCount > Self.rounds)
    }

    /// Sends shares in one segment; their ids, which no other share has.
    private func send(
        _ count: Int, by miner: Miner, _ name: String, _ promises: inout [DurabilityTrace.Promise]
    ) throws -> [String] {
        let shares = try (0..<count).map { _ in try miner.find() }
        let ids = shares.indices.map { "\"\(name)-\($0)\"" }
        for (id, share) in zip(ids, shares) {
            promises.append(.init(id: id, record: try Hex.decode(miner.extranonce1 + share.extranonce2)))
        }
        try miner.connection.send(lines: zip(ids, shares).map { $1.line($0, worker: miner.name) })
        return ids
    }
}

/// `strace`, where this machine has and permits it.
private enum Strace {
    /// Also with CI=true, where its absence is a failure.
    static let isExpected = Tool.isCI || Tool.succeeds(["strace", "-f", "-o", "/dev/null", "true"])

    static let absence: Comment = "strace cannot be run here: it is not installed, or ptrace is not permitted"

    /// Traces what is run by it from a process of its own, so that the process that is started is the one traced.
    static func command(writing path: String) -> [String] {
        [
            "strace", "-D", "-f", "-y", "-xx", "-s", "65536", "-o", path, "--seccomp-bpf",
            "-e", "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg",
        ]
    }

    /// The trace of a process that has ended, with the end of the last thread.
    static func read(_ path: String) throws -> String {
        for _ in 0..<Connection.safetyNet / 10 {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            if text.hasSuffix("+++ exited with 0 +++\n"), isComplete(text) { return text }
            usleep(10_000)
        }
        throw Mismatch("the trace does not end")
    }

    /// Whether every thread that is in the trace has ended in it.
    private static func isComplete(_ text: String) -> Bool {
        let lines = text.split(separator: "\n")
        let threads = Set(lines.map { $0.prefix { $0 != " " } })
        return lines.count { $0.hasSuffix("+++ exited with 0 +++") } >= threads.count
    }
}
