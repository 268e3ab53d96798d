import Foundation
import StratumConversations
import Testing

/// A block comes while many miners are at work.
@Suite("radpoold: a new block under load")
struct DaemonCrowdTests {
    private static let crowd = 2_000

    /// What a miner was told from just before a block on.
    private struct Told {
        var answers: [String] = []
        var jobs: [Job] = []
    }

    @Test func everyMinerGetsCleanWorkOnceAndFirstAndAStaleShareThatIsABlockIsSubmitted() throws {
        let limit = Self.raiseDescriptors()
        try #require(limit >= UInt64(Self.crowd) + 500, "the system allows \(limit) open files only")
        let pool = try DaemonPool(
            DaemonSettings(
                rules: .with { rules in
                    rules.maximumConnections = 3_000
                    rules.maximumPerAddress = 3_000
                    rules.staleGrace = 0
                    rules.loops = 2
                }, servesAPI: true))
        // Each tip has two jobs: one without transactions at once, and the full one.
        try pool.waitForAnswer("/api/v1/status", with: #""published_jobs":2,"#)
        let miners = try (0..<Self.crowd).map { _ in try Miner(pool) }
        let before = miners[0].job.previous
        #expect(miners.allSatisfy { $0.job.previous == before })
        // Each has a share on its way when the block comes, and some keep one for later that is a block.
        let blocks = try miners[..<3].map { try $0.find(.block) }
        for miner in miners { try miner.connection.send(try miner.find().line("7", worker: miner.name)) }
        try pool.newTip()
        let status = try pool.waitForAnswer("/api/v1/status", with: #""published_jobs":4,"#)
        let sequence = try #require(status.components(separatedBy: #""sequence":"#).dropFirst().first)
        let newest = try #require(UInt64(sequence.prefix { $0.isNumber }))

        for (number, miner) in miners.enumerated() {
            try Self.check(try listen(to: miner, until: newest), before, "miner \(number)")
        }
        for (miner, block) in zip(miners, blocks) {
            try miner.refused(block, 21, "stale share")
            try pool.waitForBlock(block.hash)
        }
        try pool.end()
    }

    /// Raises the number of descriptors that this process may have to what the system allows.
    private static func raiseDescriptors() -> UInt64 {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt64(limit.rlim_cur)
    }

    /// Reads until the answer to the share and the newest job are there, and then all that comes before the answer to
    /// a ping.
    private func listen(to miner: Miner, until newest: UInt64) throws -> Told {
        var told = Told()
        func read() throws -> Bool {
            guard let line = try miner.connection.line() else { throw Mismatch("the connection has ended") }
            if line == Lines.pong(8) { return false }
            if Job.isNotify(line) {
                told.jobs.append(try Job(line: line))
            } else {
                told.answers.append(line)
            }
            return true
        }
        func isNewest(_ job: Job) -> Bool { UInt64(job.id.dropLast(2), radix: 16) == newest }
        while told.answers.isEmpty || !told.jobs.contains(where: isNewest) { _ = try read() }
        try miner.connection.send(Lines.ping(8))
        while try read() {}
        return told
    }

    private static func check(_ told: Told, _ before: [UInt8], _ miner: Comment) throws {
        // By the order of share and block, the share counts or comes too late.
        let answers = [Lines.yes("7"), Lines.refusal("7", 21, "stale share")]
        try #require(told.answers.count == 1 && answers.contains(told.answers[0]), miner)
        // A miner whose turn comes when the full job is there gets that alone.
        try #require((1...2).contains(told.jobs.count), miner)
        try #require(told.jobs[0].clean && told.jobs.dropFirst().allSatisfy { !$0.clean }, miner)
        try #require(told.jobs.allSatisfy { $0.previous != before && $0.previous == told.jobs[0].previous }, miner)
    }
}
