import Bitcoin
import Shares
import TestSupport
import Testing

/// A share cannot be re-attributed or inflated: everything that names its owner or its worth is under its hash.
@Suite("Attribution")
struct AttributionTests {
    /// What a share commits to, each with a change to it.
    static let changes: [String] = [
        "syndicate", "msp", "miner", "level", "jobSequence", "k", "logHash", "extranonce1", "extranonce2", "tag",
    ]

    private struct Case {
        var parameters: ShareJob.Parameters
        var tag: [UInt8]
        var miner: MinerID
        var level: ShareLevel
        var extranonce: Extranonce
        let roll: HeaderRoll
        let height: UInt32
        let custody: Script
        let value: Amount

        init(_ random: inout RandomWork) throws {
            parameters = try random.parameters(branchCount: Int.random(in: 0...14, using: &random.generator))
            tag = random.generator.bytes(Int.random(in: 1...19, using: &random.generator))
            miner = MinerID(random.hash())
            level = random.level()
            extranonce = random.extranonce()
            roll = HeaderRoll(ntime: parameters.currentTime, nonce: 1, versionBits: 0)
            height = random.height()
            custody = Script(random.generator.bytes(34))
            value = Amount(satoshis: 312_500_000)!
        }

        func submission() throws -> ShareSubmission {
            var parameters = parameters
            parameters.coinbase = try CoinbaseLayout(
                height: height, tag: tag, custodyScript: custody, value: value, witnessCommitment: nil)
            return ShareSubmission(try ShareWork(ShareJob(parameters), miner: miner, level: level), extranonce, roll)
        }

        mutating func change(_ what: String, _ random: inout RandomWork) {
            let bit = Int.random(in: 0..<64, using: &random.generator)
            switch what {
            case "syndicate": parameters.syndicate = SyndicateID(flipped(parameters.syndicate.bytes, &random))
            case "msp": parameters.msp = MSPID(flipped(parameters.msp.bytes, &random))
            case "miner": miner = MinerID(flipped(miner.bytes, &random))
            case "level": level = ShareLevel(level.rawValue == 127 ? 33 : level.rawValue + 1)!
            case "jobSequence": parameters.jobSequence ^= 1 << bit
            case "k":
                let place = parameters.logPosition
                parameters.logPosition = LogPosition(k: place.k ^ 1 << bit, hash: place.hash)
            case "logHash":
                let place = parameters.logPosition
                parameters.logPosition = LogPosition(k: place.k, hash: flipped(place.hash, &random))
            case "extranonce1":
                extranonce = Extranonce(extranonce.extranonce1 ^ 1 << (bit % 32), extranonce.extranonce2)
            case "extranonce2": extranonce = Extranonce(extranonce.extranonce1, extranonce.extranonce2 ^ 1 << bit)
            case "tag": tag[bit % tag.count] ^= 1
            default: Issue.record("no such change: \(what)")
            }
        }

        private func flipped(_ hash: Hash256, _ random: inout RandomWork) -> Hash256 {
            var bytes = hash.bytes
            let bit = Int.random(in: 0..<256, using: &random.generator)
            bytes[bit / 8] ^= 1 << (bit % 8)
            return (try? Hash256(internalBytes: bytes)) ?? hash
        }
    }

    @Test("one changed bit of anything that it commits to changes the header hash", arguments: changes)
    func everyChangeShows(what: String) throws {
        let validator = ShareValidator()
        for round in 0..<Scale.count(100, full: 2_000) {
            var random = RandomWork(seed: 1_000 + UInt64(round))
            var trial = try Case(&random)
            let before = validator.judge(try trial.submission()).hash
            #expect(validator.judge(try trial.submission()).hash == before)
            trial.change(what, &random)
            #expect(validator.judge(try trial.submission()).hash != before, "\(what), seed \(1_000 + round)")
        }
    }

    @Test("a lucky hash is credited the level it was made for and no other")
    func neverAnotherLevel() throws {
        var random = RandomWork(seed: 30)
        let validator = ShareValidator()
        let job = try ShareJob(random.parameters(branchCount: 2))
        let miner = MinerID(random.hash())
        let low = try ShareWork(job, miner: miner, level: ShareLevel(33)!)
        var lucky = 0
        for _ in 0..<Scale.count(4_000, full: 40_000) {
            let found = random.submission(of: low)
            let result = validator.judge(found)
            // The best level that the hash would meet, had it been made for that level.
            let reached = ShareLevel.bounds.last { Target(shareLevel: $0)!.isMet(by: result.hash) }
            guard let reached, reached > 36 else { continue }
            lucky += 1
            #expect(result.verdict == .accepted)
            #expect(found.work.share(found.extranonce, found.roll).level == ShareLevel(33))
            // The same nonce under a higher level is another header: its hash has to be found anew.
            let high = try ShareWork(job, miner: miner, level: ShareLevel(reached)!)
            let claimed = ShareSubmission(high, found.extranonce, found.roll)
            #expect(validator.judge(claimed).hash != result.hash)
        }
        #expect(lucky > 100)
    }

    @Test("two works that differ in one committed field have different owners in their coinbases")
    func ownersDiffer() throws {
        var random = RandomWork(seed: 31)
        let parameters = try random.parameters()
        let job = try ShareJob(parameters)
        let miner = MinerID(random.hash())
        var owners: Set<Hash256> = []
        for level in ShareLevel.bounds {
            owners.insert(job.commitment(of: miner, at: ShareLevel(level)!).hash)
        }
        #expect(owners.count == ShareLevel.bounds.count)
        let commitment = job.commitment(of: miner, at: ShareLevel(50)!)
        #expect(commitment.hash == referenceOwner(commitment))
    }
}
