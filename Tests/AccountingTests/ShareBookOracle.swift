import Bitcoin
import Wire

@testable import Accounting

/// The rules of docs/protocol/accounting.md read off a whole log, without a thought for speed: whatever is asked is
/// counted from the first commit on.
struct ShareBookOracle {
    struct Report: Hashable {
        let previous: Hash256
        let target: CompactTarget
    }

    struct Job: Hashable {
        let lane: Int
        let sequence: UInt64
        let height: UInt32
        let value: Int64
        let report: Report
        let version: UInt32
        let mask: UInt32
        let isVoid: Bool
    }

    struct Taken: Hashable {
        let job: Job
        let miner: XOnlyKeyBytes
        let level: UInt8
        let fields: [UInt64]
        var commit: UInt64
    }

    let genesis: Genesis
    let configuration: EpochConfiguration
    private(set) var commits: [LedgerCommit] = []
    /// The highest height with a K before the first commit, after it, and so on.
    private var fixed: [UInt32?] = [nil]
    private var newest: [Int: UInt32] = [:]
    /// By height what f+1 voters had said of it by a commit before it closed in which one said it.
    private var reported: [UInt32: Set<Report>] = [:]
    private let lag: UInt32

    init(_ genesis: Genesis, _ configuration: EpochConfiguration) {
        self.genesis = genesis
        self.configuration = configuration
        lag = UInt32(genesis.terms.closingLag)
    }

    mutating func append(_ commit: LedgerCommit) {
        commits.append(commit)
        for vertex in commit.vertices where voters.contains(Int(vertex.author)) {
            if let facts = vertex.facts { newest[Int(vertex.author)] = facts.height }
        }
        let heights = newest.values.sorted(by: >)
        let quorum = (voters.count + faults) / 2 + 1
        let reached = heights.count >= quorum ? heights[quorum - 1] : nil
        fixed.append([fixed[fixed.count - 1], reached].compactMap { $0 }.max())
        let words = words(after: commits.count)
        for vertex in commit.vertices where voters.contains(Int(vertex.author)) {
            guard let facts = vertex.facts, facts.height + 1 >= lowestOpen(before: commits.count) else { continue }
            let (height, report) = (facts.height + 1, Report(previous: facts.tip, target: facts.compactTarget))
            if voters.count(where: { words[$0]?[height]?.contains { $0.report == report } ?? false }) > faults {
                reported[height, default: []].insert(report)
            }
        }
    }

    private var voters: [Int] { configuration.authors.indices.filter { configuration.authors[$0].isVoter } }
    private var faults: Int { (voters.count - 1) / 3 }

    /// The highest height with a K after so many commits; nil for none.
    func fixed(after count: Int) -> UInt32? { fixed[count] }

    func lowestOpen(before commit: Int) -> UInt32 {
        guard let fixed = fixed(after: commit - 1), fixed >= lag else { return 0 }
        return fixed - lag + 1
    }

    /// For each voter and height what the voter has said of it when a commit has been taken, and is remembered.
    private func words(after count: Int) -> [Int: [UInt32: [(report: Report, value: Int64)]]] {
        var words: [Int: [UInt32: [(report: Report, value: Int64)]]] = [:]
        for (index, commit) in commits.prefix(count).enumerated() {
            for voter in voters {
                words[voter] = words[voter]?.filter { $0.key >= lowestOpen(before: index + 1) }
            }
            for vertex in commit.vertices where voters.contains(Int(vertex.author)) {
                guard let facts = vertex.facts else { continue }
                let voter = Int(vertex.author)
                let report = Report(previous: facts.tip, target: facts.compactTarget)
                var said = words[voter]?[facts.height + 1] ?? []
                if let known = said.firstIndex(where: { $0.report == report }) {
                    said[known].value = max(said[known].value, facts.value.satoshis)
                } else if said.count < 8 {
                    said.append((report, facts.value.satoshis))
                }
                words[voter, default: [:]][facts.height + 1] = said
                if let all = words[voter], all.count > 2 * Int(lag) + 2 { words[voter]?[all.keys.min() ?? 0] = nil }
            }
        }
        return words
    }

    /// The commit in which a height closes.
    private func closing(of height: UInt32) -> Int {
        (1...commits.count).first { fixed(after: $0).map { $0 >= height + lag } ?? false } ?? commits.count
    }

    private func isReported(_ job: Job) -> Bool { isReported(job.height, job.report) }

    func isReported(_ height: UInt32, _ report: Report) -> Bool { reported[height]?.contains(report) ?? false }

    private func value(of height: UInt32) -> Int64 {
        let words = words(after: closing(of: height))
        let highest = voters.compactMap { words[$0]?[height]?.map(\.value).max() }.sorted()
        return highest.count <= faults
            ? 0 : min(highest[(highest.count - 1) / 2], highest[highest.count - 1 - faults])
    }

    private func isVoid(_ job: JournalJob, in commit: Int) -> Bool {
        let height = job.coinbase.height
        guard let fixed = fixed(after: commit), height >= lowestOpen(before: commit), height <= fixed + lag + 1 else {
            return true
        }
        if job.coinbase.custodyScript != genesis.bootstrapScript { return true }
        let position = job.owner.logPosition
        guard position < UInt64(commit) else { return true }
        // Positions are forgotten after more commits than there are here.
        return job.owner.logHash != (position == 0 ? genesis.syndicateID : commits[Int(position) - 1].hash)
    }

    /// All shares in their order, with what they are to the ledger.
    func judged() -> (taken: [Taken], tallies: [[ShareJudgement: Int]]) {
        var jobs: [Job] = []
        var miners = [[XOnlyKeyBytes]](repeating: [], count: configuration.authors.count)
        var taken: [Taken] = []
        var tallies = [[ShareJudgement: Int]](repeating: [:], count: configuration.authors.count)
        for (index, commit) in commits.enumerated() {
            for vertex in commit.vertices {
                let lane = Int(vertex.author)
                for record in vertex.records {
                    switch try? Record(decoding: record) {
                    case .minerRegistration(let miner): miners[lane].append(miner.key)
                    case .journalJob(let job):
                        jobs.append(
                            Job(
                                lane: lane, sequence: job.sequence, height: job.coinbase.height,
                                value: job.coinbase.value.satoshis,
                                report: Report(
                                    previous: job.header.previousBlock, target: job.header.compactTarget),
                                version: job.header.version, mask: job.header.versionMask,
                                isVoid: isVoid(job, in: index + 1)))
                    case .journalShareBatch(let batch):
                        for share in batch.shares {
                            let found = jobs.first { $0.lane == lane && $0.sequence == share.work.jobSequence }
                            guard let found, !found.isVoid else {
                                tallies[lane][.void, default: 0] += 1
                                continue
                            }
                            guard found.height >= lowestOpen(before: index + 1) else {
                                tallies[lane][.late, default: 0] += 1
                                continue
                            }
                            let one = Taken(
                                job: found, miner: miners[lane][Int(share.work.minerNumber)], level: share.work.level,
                                fields: [
                                    share.extranonce.extranonce2, UInt64(share.nonce),
                                    UInt64(found.version & ~found.mask | share.versionBits & found.mask),
                                ], commit: commit.number)
                            let isKnown = taken.contains { known in
                                var same = known
                                same.commit = one.commit
                                return same == one
                            }
                            tallies[lane][isKnown ? .duplicate : .taken, default: 0] += 1
                            if !isKnown { taken.append(one) }
                        }
                    default: break
                    }
                }
            }
        }
        return (taken, tallies)
    }

    /// What counts of the heights that have closed and have shares, in words of the page.
    func closed() -> [UInt32: (value: Int64, credits: [[UInt128]], miners: [XOnlyKeyBytes: UInt128])] {
        var result: [UInt32: (value: Int64, credits: [[UInt128]], miners: [XOnlyKeyBytes: UInt128])] = [:]
        let lowest = lowestOpen(before: commits.count + 1)
        let taken = judged().taken
        for height in Set(taken.map(\.job.height)) where height < lowest {
            let jobs = Set(taken.map(\.job)).filter { $0.height == height && isReported($0) }
            let counted = taken.filter { jobs.contains($0.job) }
            let value = value(of: height)
            var credits: [[UInt128]: (UInt128, UInt128)] = [:]
            var miners: [XOnlyKeyBytes: UInt128] = [:]
            for share in counted {
                let work = UInt128(1) << UInt128(share.level - 33)
                miners[share.miner, default: 0] += work
                let before = credits[[UInt128(share.commit), UInt128(share.job.lane)]] ?? (0, 0)
                credits[[UInt128(share.commit), UInt128(share.job.lane)]] =
                    (before.0 + work, before.1 + work * UInt128(min(share.job.value, value)))
            }
            let list = credits.map { $0.key + [$0.value.0, $0.value.1] }.sorted { $0.lexicographicallyPrecedes($1) }
            result[height] = (value, list, miners)
        }
        return result
    }
}
