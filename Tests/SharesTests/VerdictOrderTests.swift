import Bitcoin
import Shares
import TestSupport
import Testing

/// The order of judging (DESIGN section 4): block test before anything can refuse, then ranges, duplicate, stale,
/// difficulty.
@Suite("Order of judging")
struct VerdictOrderTests {
    let validator = ShareValidator()

    /// A share whose hash meets, or does not meet, the target of the easiest level. The block target of these jobs is
    /// regtest's, so about half of all hashes are blocks.
    private func share(meetingLevel wanted: Bool, block: Bool, seed: UInt64) throws -> ShareSubmission {
        var random = RandomWork(seed: seed)
        var parameters = try random.parameters(branchCount: 3)
        // A level-33 target is 0xFFFF << 239; blocks get twice or half of it, so that both questions differ.
        parameters.header.compactTarget = CompactTarget(rawValue: wanted && !block ? 0x1f00_ffff : 0x207f_ffff)
        let work = try ShareWork(
            ShareJob(parameters), miner: MinerID(random.hash()), level: ShareLevel(wanted ? 33 : 127)!)
        while true {
            let submission = random.submission(of: work)
            let result = validator.judge(submission)
            if (result.verdict == .accepted) == wanted && result.isBlock == block {
                return submission
            }
        }
    }

    private func changed(
        _ submission: ShareSubmission, ntime: UInt32? = nil, versionBits: UInt32? = nil, isStale: Bool = false
    ) -> ShareSubmission {
        ShareSubmission(
            submission.work, submission.extranonce,
            HeaderRoll(
                ntime: ntime ?? submission.roll.ntime, nonce: submission.roll.nonce,
                versionBits: versionBits ?? submission.roll.versionBits), isStale: isStale)
    }

    @Test("a stale share that solves a block is refused and is a block")
    func staleBlock() throws {
        let result = validator.judge(changed(try share(meetingLevel: true, block: true, seed: 10), isStale: true))
        #expect(result.verdict == .stale)
        #expect(result.isBlock)
    }

    @Test("a share below its level that solves a block is refused and is a block")
    func lowDifficultyBlock() throws {
        let result = validator.judge(try share(meetingLevel: false, block: true, seed: 11))
        #expect(result.verdict == .lowDifficulty)
        #expect(result.isBlock)
    }

    @Test("a duplicate that solves a block is refused and is a block, and duplicate comes before stale")
    func duplicateBlock() throws {
        let filter = try #require(DuplicateFilter(capacity: 10, seed: 1))
        let submission = try share(meetingLevel: true, block: true, seed: 12)
        #expect(validator.judge(submission, filter: filter).verdict == .accepted)
        let again = validator.judge(changed(submission, isStale: true), filter: filter)
        #expect(again.verdict == .duplicate)
        #expect(again.isBlock)
    }

    @Test("stale comes before difficulty")
    func staleFirst() throws {
        let low = changed(try share(meetingLevel: false, block: false, seed: 13), isStale: true)
        #expect(validator.judge(low).verdict == .stale)
    }

    @Test("ntime is bounded by the job's two fields, both inclusive")
    func ntimeRange() throws {
        let submission = try share(meetingLevel: false, block: false, seed: 14)
        let parameters = submission.work.job.parameters
        let inside = [parameters.minTime, parameters.currentTime, parameters.currentTime + 7200]
        let outside = [parameters.minTime - 1, parameters.currentTime + 7201, 0, .max]
        for time in inside {
            #expect(validator.judge(changed(submission, ntime: time)).verdict == .lowDifficulty, "\(time)")
        }
        for time in outside {
            #expect(validator.judge(changed(submission, ntime: time, isStale: true)).verdict == .badNtime, "\(time)")
        }
    }

    @Test("ntime's upper bound does not wrap at the end of 32 bits")
    func ntimeEnd() throws {
        var random = RandomWork(seed: 15)
        var parameters = try random.parameters(branchCount: 0)
        parameters.currentTime = .max - 100
        parameters.minTime = .max - 200
        let work = try ShareWork(ShareJob(parameters), miner: MinerID(random.hash()), level: ShareLevel(127)!)
        let end = ShareSubmission(work, random.extranonce(), HeaderRoll(ntime: .max, nonce: 0, versionBits: 0))
        #expect(validator.judge(end).verdict == .lowDifficulty)
        #expect(validator.judge(changed(end, ntime: 7000)).verdict == .badNtime)
    }

    @Test("a refused ntime is still tested as a block")
    func ntimeBlock() throws {
        let submission = try share(meetingLevel: false, block: false, seed: 16)
        let late = submission.work.job.parameters.currentTime + 7201
        let results = (late..<late + 64).map { validator.judge(changed(submission, ntime: $0)) }
        #expect(results.allSatisfy { $0.verdict == .badNtime })
        #expect(results.contains { $0.isBlock })
    }

    @Test("each version bit outside the mask is refused, each inside it rolls")
    func versionMask() throws {
        let submission = try share(meetingLevel: false, block: false, seed: 17)
        let header = submission.work.job.parameters.header
        for bit in 0..<32 {
            let bits: UInt32 = 1 << bit
            let result = validator.judge(changed(submission, versionBits: bits))
            let inside = header.versionMask & bits != 0
            #expect(result.verdict == (inside ? .lowDifficulty : .badVersion), "bit \(bit)")
            #expect(result.version == header.version & ~header.versionMask | bits & header.versionMask, "bit \(bit)")
        }
    }

    @Test("only an accepted share enters the filter")
    func refusedStaysOut() throws {
        let filter = try #require(DuplicateFilter(capacity: 4, seed: 2))
        let good = try share(meetingLevel: true, block: true, seed: 18)
        let low = try share(meetingLevel: false, block: false, seed: 19)
        #expect(validator.judge(changed(good, isStale: true), filter: filter).verdict == .stale)
        #expect(validator.judge(changed(good, ntime: 0), filter: filter).verdict == .badNtime)
        #expect(validator.judge(low, filter: filter).verdict == .lowDifficulty)
        #expect(filter.count(.current) == 0)
        #expect(validator.judge(good, filter: filter).verdict == .accepted)
        #expect(filter.count(.current) == 1)
    }

    @Test("a share that finds the filter full is refused as not storable, and remembered shares still are duplicates")
    func fullFilter() throws {
        let filter = try #require(DuplicateFilter(capacity: 1, seed: 3))
        let first = try share(meetingLevel: true, block: true, seed: 20)
        let second = try share(meetingLevel: true, block: true, seed: 21)
        let results = validator.judge(batch: [first, second, first, second], filter: filter)
        #expect(results.map(\.verdict) == [.accepted, .unavailable, .duplicate, .unavailable])
        filter.rotate()
        #expect(validator.judge(first, filter: filter).verdict == .duplicate)
        #expect(validator.judge(second, filter: filter).verdict == .accepted)
    }

    @Test("the same share twice in one batch is accepted once, wherever it stands", arguments: availableValidators)
    func duplicateInBatch(validator: ShareValidator) throws {
        var random = RandomWork(seed: 22)
        let works = try random.works(jobs: 2, each: 2, branchCount: 1)
        let distinct = (0..<150).map { random.submission(of: works[$0 % 4]) }
        let twice = (distinct + distinct).shuffled(using: &random.generator)
        let filter = try #require(DuplicateFilter(capacity: 1_000, seed: 4))
        let results = validator.judge(batch: twice, filter: filter)
        var seen: Set<Hash256> = []
        for result in results {
            switch result.verdict {
            case .accepted: #expect(seen.insert(result.hash).inserted)
            case .duplicate: #expect(seen.contains(result.hash))
            default: #expect(result.verdict == .lowDifficulty)
            }
        }
        #expect(seen.count > 40)
    }

    @Test("every verdict has a code and a text of its own")
    func table() {
        let codes: [ShareVerdict: UInt32] = [
            .accepted: 0, .malformed: 20, .unknownJob: 21, .stale: 21, .duplicate: 22, .lowDifficulty: 23,
            .unauthorized: 24, .notSubscribed: 25, .badExtranonce2: 20, .badNtime: 20, .badNonce: 20, .badVersion: 20,
            .unavailable: 20,
        ]
        for verdict in ShareVerdict.allCases {
            #expect(verdict.stratumCode == codes[verdict])
        }
        #expect(Set(ShareVerdict.allCases.map(\.text)).count == ShareVerdict.allCases.count)
        #expect(ShareVerdict.lowDifficulty.text == "low difficulty share")
        #expect(ShareVerdict.unavailable.text == "pool cannot store shares now")
    }
}
