import Bitcoin
public import Shares
import TestSupport
public import Testing

@Suite("ShareValidator")
struct ValidatorTests {
    @Test("single, batch and the Bitcoin module agree on the hash, with every kernel", arguments: availableValidators)
    func hashesAgree(validator: ShareValidator) throws {
        var random = RandomWork(seed: 1)
        for round in 0..<Scale.count(12, full: 120) {
            let works = try random.works(jobs: 3, each: 2)
            let submissions = (0..<Int.random(in: 1...70, using: &random.generator)).map { _ in
                random.submission(of: works.randomElement(using: &random.generator)!)
            }
            let batch = validator.judge(batch: submissions)
            #expect(batch.count == submissions.count)
            for (index, (submission, result)) in zip(submissions, batch).enumerated() {
                let header = referenceHeader(submission)
                let place = "round \(round), share \(index), batch kernel \(validator.batchKernel.name)"
                #expect(result.hash == header.hash, "\(place)")
                #expect(result.version == header.version, "\(place)")
                #expect(validator.judge(submission) == result, "\(place)")
            }
        }
    }

    @Test("every batch size up to several windows keeps the order", arguments: availableValidators)
    func batchSizes(validator: ShareValidator) throws {
        var random = RandomWork(seed: 2)
        let works = try random.works(jobs: 2, each: 3, branchCount: 2)
        let submissions = (0..<300).map { random.submission(of: works[$0 % works.count]) }
        let singles = submissions.map { validator.judge($0) }
        for size in Array(0...40) + [127, 128, 129, 255, 256, 257, 300] {
            #expect(validator.judge(batch: Array(submissions.prefix(size))) == Array(singles.prefix(size)), "\(size)")
        }
    }

    @Test("a batch is accepted exactly when each of its shares is", arguments: availableValidators)
    func acceptance(validator: ShareValidator) throws {
        var random = RandomWork(seed: 6)
        let works = try random.works(jobs: 2, each: 3, branchCount: 2)
        let all = (0..<2_000).map { random.submission(of: works[$0 % works.count]) }
        let good = all.filter { validator.judge($0).verdict == .accepted }
        let bad = try #require(all.first { validator.judge($0).verdict != .accepted })
        #expect(good.count > 20)
        #expect(validator.accepts(batch: []))
        let long = (0..<300).map { good[$0 % good.count] }
        for size in [1, 16, 127, 128, 129, 300] {
            #expect(validator.accepts(batch: Array(long.prefix(size))), "\(size)")
            for place in [0, size / 2, size - 1] {
                var spoiled = Array(long.prefix(size))
                spoiled[place] = bad
                #expect(!validator.accepts(batch: spoiled), "\(place) of \(size)")
            }
        }
    }

    @Test("jobs of every branch length share a batch")
    func mixedShapes() throws {
        var random = RandomWork(seed: 3)
        var works: [ShareWork] = []
        for count in 0...32 {
            works += try random.works(jobs: 1, each: 1, branchCount: count)
        }
        let submissions = (0..<400).map { _ in
            random.submission(of: works.randomElement(using: &random.generator)!)
        }
        let validator = ShareValidator()
        #expect(validator.judge(batch: submissions) == submissions.map { validator.judge($0) })
    }

    @Test("a batch into a used array leaves nothing of what was there")
    func reusedResults() throws {
        var random = RandomWork(seed: 4)
        let works = try random.works(jobs: 1, each: 1)
        let validator = ShareValidator()
        var results: [ShareResult] = []
        for size in [5, 200, 3, 0, 1] {
            let submissions = (0..<size).map { _ in random.submission(of: works[0]) }
            validator.judge(batch: submissions, into: &results)
            #expect(results == submissions.map { validator.judge($0) })
        }
    }

    @Test("a share is accepted exactly when its hash meets the target of its own level")
    func levelDecides() throws {
        var random = RandomWork(seed: 5)
        let validator = ShareValidator()
        var verdicts: [ShareVerdict: Int] = [:]
        for _ in 0..<Scale.count(2_000, full: 20_000) {
            let job = try ShareJob(random.parameters(branchCount: 1))
            let level = ShareLevel(UInt8.random(in: 33...40, using: &random.generator))!
            let work = try ShareWork(job, miner: MinerID(random.hash()), level: level)
            let result = validator.judge(random.submission(of: work))
            let meets = Target(shareLevel: level.rawValue)!.isMet(by: result.hash)
            #expect(result.verdict == (meets ? .accepted : .lowDifficulty))
            verdicts[result.verdict, default: 0] += 1
        }
        #expect(verdicts[.accepted, default: 0] > 50)
        #expect(verdicts[.lowDifficulty, default: 0] > 50)
    }

    @Test("forcing a kernel that has several lanes for single shares is refused")
    func wrongKernels() {
        #expect(ShareValidator(single: .avx512x16, batch: .portable) == nil)
        #expect(ShareValidator(single: .shaNIx2, batch: .portable) == nil)
        #expect(ShareValidator(single: .portable, batch: .portable)?.batchKernel == .portable)
    }
}

extension ShareValidator: CustomTestStringConvertible {
    /// Names the two kernels in a test's output.
    public var testDescription: String { "\(singleKernel.name) and \(batchKernel.name)" }
}
