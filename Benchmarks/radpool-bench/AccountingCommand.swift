import Accounting
import ArgumentParser
import Bitcoin
import CBaselines
import Foundation
import Wire

/// `radpool-bench accounting`: from the bytes of an ordered log to what it comes to, on one core.
struct AccountingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounting",
        abstract: "Replay of a validated log: shares decoded, counted, settled, a second and core.",
        discussion: """
            The log is made before the clock starts. A replay decodes every vertex, hashes it for H_k, and counts its \
            shares; what was broadcast and validated once is not validated again.
            """)

    @Flag(help: "Print one JSON object a line and nothing else.")
    var json = false

    @Option(help: "Replays, 5...100.")
    var runs = 5

    @Option(help: "Thousands of shares in the log, 100...100000.")
    var shares = 2_000

    func validate() throws {
        guard (5...100).contains(runs) else { throw ValidationError("--runs must be 5...100") }
        guard (100...100_000).contains(shares) else { throw ValidationError("--shares must be 100...100000") }
    }

    func run() throws {
        let report = Report(title: "Replay of a log of \(shares),000 shares of 4 MSPs, one thread", json: json)
        report.begin()
        let log = try AccountingLog(shares: shares * 1_000)
        var rates: [Double] = []
        var hashing: [Double] = []
        var memory: [Double] = []
        for _ in 0..<runs {
            let replay = try log.replay()
            rates.append(Double(log.shareCount) / replay.seconds)
            memory.append(replay.bytes)
            hashing.append(Double(log.shareCount) / log.hash())
        }
        try report.add(
            Figure(
                "accounting.replay", rates, unit: "shares/s", lessIsBetter: false,
                baseline: (hashing, "SHA-256 of the same vertices alone"), goal: .atLeast(2_000_000)))
        try report.add(
            Figure(
                "accounting.memory", memory, unit: "MiB", note: "resident beyond the log when it is replayed"))
    }
}

/// An ordered log of four MSPs, 1,000 miners each, with a block every so many shares.
struct AccountingLog {
    let shareCount: Int
    private let genesis: Genesis
    private let configuration: EpochConfiguration
    /// By commit the encoded vertices.
    private let commits: [[[UInt8]]]

    private static let members = 4
    private static let miners = 1_000
    /// Shares of a vertex, and how many commits go by between blocks.
    private static let batch = 2_500
    private static let commitsPerBlock = 10
    private static let start: UInt32 = 900_000

    init(shares: Int) throws {
        let keys = try (0..<Self.members).map { try Self.key("member", $0) }.sorted()
        var terms = GenesisTerms(network: .mainnet)
        terms.settlementBlocks = 6
        guard let name = RecordName("accounting") else { throw ValidationError("no name") }
        genesis = try Genesis(
            network: .mainnet, name: name, members: keys.map { .init(key: $0, payoutScript: .payToTaproot($0)) },
            bootstrapScript: .payToTaproot(keys[0]), terms: terms)
        configuration = try EpochConfiguration(
            syndicate: genesis.syndicateID, number: 0, firstCommit: 0, start: genesis.syndicateID,
            authors: keys.map { .init(key: $0, isVoter: true) }, bounds: .init())
        let count = max(1, shares / (Self.members * Self.batch))
        shareCount = count * Self.members * Self.batch
        commits = try Self.commits(count, genesis, configuration)
    }

    private static func key(_ what: String, _ number: Int) throws -> XOnlyKeyBytes {
        try XOnlyKeyBytes(SHA256.hash(Array("\(what) \(number)".utf8)).bytes)
    }

    private static func hash(_ number: UInt32) -> Hash256 { SHA256.hash(Array("tip \(number)".utf8)) }

    // MARK: Making

    private static func commits(
        _ count: Int, _ genesis: Genesis, _ configuration: EpochConfiguration
    ) throws -> [[[UInt8]]] {
        let epoch = configuration.epochID
        // The first commit says how high the chain is, who the miners are, and what they work on.
        return try (0...count).map { commit in
            let height = start + UInt32(commit / commitsPerBlock)
            let isNew = commit == 0 || height > start + UInt32((commit - 1) / commitsPerBlock)
            return try (0..<members).map { author in
                var records: [[UInt8]] = []
                if commit == 0 { records += try (0..<miners).map { try miner($0, author) } }
                if isNew { records.append(try job(height + 1, author, genesis, configuration)) }
                if commit > 0 { records.append(try batch(commit, author, height + 1)) }
                return try Vertex(
                    epoch: epoch, author: UInt16(author), sequence: UInt64(commit + 1), round: UInt64(commit + 1),
                    parents: .init(sequences: [UInt64](repeating: UInt64(commit), count: members), hash: epoch),
                    carriesControl: false, facts: facts(height), records: records
                ).encoded()
            }
        }
    }

    private static func facts(_ height: UInt32) -> ChainFacts {
        ChainFacts(
            height: height, tip: hash(height), compactTarget: CompactTarget(rawValue: 0x1702_6fae),
            value: Amount(satoshis: 312_500_000) ?? .zero, feeRate: 2_000)
    }

    private static func miner(_ number: Int, _ author: Int) throws -> [UInt8] {
        MinerRegistration(number: UInt32(number), key: try key("miner \(author)", number), name: nil).encoded()
    }

    private static func job(
        _ height: UInt32, _ author: Int, _ genesis: Genesis, _ configuration: EpochConfiguration
    ) throws -> [UInt8] {
        try JournalJob(
            sequence: UInt64(height),
            owner: .init(
                syndicate: genesis.syndicateID, msp: configuration.authors[author].key, logPosition: 0,
                logHash: genesis.syndicateID),
            header: .init(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: hash(height - 1),
                compactTarget: CompactTarget(rawValue: 0x1702_6fae),
                merkleBranch: MerkleBranch(hashes: (0..<12).map { hash($0) })),
            minimumTime: 1_700_000_000, currentTime: 1_700_000_600,
            coinbase: .init(
                height: height, value: Amount(satoshis: 312_500_000) ?? .zero,
                custodyScript: genesis.bootstrapScript, tag: Array("radpool/benchmarks/1".utf8),
                witnessCommitment: nil)
        ).encoded()
    }

    /// Shares of all miners in no order.
    private static func batch(_ commit: Int, _ author: Int, _ height: UInt32) throws -> [UInt8] {
        let all = (0..<UInt32(batch)).compactMap { index -> JournalShare? in
            let seed = (UInt32(commit) &* 4 &+ UInt32(author)) &* 65_536 &+ index
            let number = (seed &* 2_654_435_761) >> 8 % UInt32(miners)
            return JournalShare.Work(
                jobSequence: UInt64(height), minerNumber: number, level: 48 + UInt8(number % 8)
            ).map {
                JournalShare(
                    work: $0, extranonce: Extranonce(number, UInt64(seed)), ntime: 1_700_000_000,
                    nonce: seed &* 0x9e37_79b9, versionBits: seed << 13)
            }
        }
        return try JournalShareBatch(all).encoded()
    }

    // MARK: Replaying

    /// Replays the log: seconds, and MiB that the ledger takes at the end.
    func replay() throws -> (seconds: Double, bytes: Double) {
        let before = Self.resident()
        let start = rp_bench_thread_time()
        var ledger = Ledger(genesis, configuration)
        var hash = genesis.syndicateID
        var heights = 0
        for (index, encoded) in commits.enumerated() {
            var vertices: [Vertex] = []
            var writer = ByteWriter()
            writer.append(hash)
            for bytes in encoded {
                writer.append(Vertex.digest(ofEncoding: bytes))
                vertices.append(try Vertex(decoding: bytes))
            }
            hash = SHA256.hash(writer.bytes)
            let commit = LedgerCommit(number: UInt64(index + 1), hash: hash, vertices: vertices)
            heights += ledger.absorb(commit).shares.closed.count
        }
        let seconds = Double(rp_bench_thread_time() - start) / 1e9
        let bytes = Double(Self.resident() - before) / 1_048_576
        let taken = configuration.authors.map { ledger.shares.tally(of: $0.key).taken }.reduce(0, +)
        guard taken == UInt64(shareCount), heights > 0 || commits.count < 8 * Self.commitsPerBlock else {
            throw ValidationError("\(taken) of \(shareCount) shares count, \(heights) heights closed")
        }
        return (seconds, bytes)
    }

    /// Seconds that it takes to hash the same vertices.
    func hash() -> Double {
        let start = rp_bench_thread_time()
        for commit in commits {
            for bytes in commit { withExtendedLifetime(Vertex.digest(ofEncoding: bytes)) {} }
        }
        return Double(rp_bench_thread_time() - start) / 1e9
    }

    /// Bytes of this process in memory.
    private static func resident() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4_096
    }
}
