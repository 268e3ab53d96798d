import Bitcoin
import Shares
import TestSupport

/// Random jobs, works and submissions, and a second way to the same header hash: whole coinbase, whole header, one hash
/// at a time, by the Bitcoin module.
struct RandomWork {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func hash() -> Hash256 {
        SHA256.hash(generator.bytes(16))
    }

    mutating func level() -> ShareLevel {
        ShareLevel(UInt8.random(in: ShareLevel.bounds, using: &generator))!
    }

    mutating func easyLevel() -> ShareLevel {
        ShareLevel(ShareLevel.bounds.lowerBound)!
    }

    /// A height whose push takes 1...5 bytes, all sizes alike.
    mutating func height() -> UInt32 {
        let bounds: [ClosedRange<UInt32>] = [
            0...16, 17...127, 128...32_767, 32_768...8_388_607, 8_388_608...2_147_483_647,
        ]
        return UInt32.random(in: bounds.randomElement(using: &generator)!, using: &generator)
    }

    mutating func coinbase() throws -> CoinbaseLayout {
        try CoinbaseLayout(
            height: height(), tag: generator.bytes(Int.random(in: 0...20, using: &generator)),
            custodyScript: Script(generator.bytes(Int.random(in: 0...240, using: &generator))),
            value: Amount(satoshis: Int64.random(in: 0...5_000_000_000, using: &generator))!,
            witnessCommitment: Bool.random(using: &generator) ? WitnessCommitment(witnessRoot: hash()) : nil)
    }

    mutating func parameters(branchCount: Int? = nil) throws -> ShareJob.Parameters {
        let count = branchCount ?? Int.random(in: 0...32, using: &generator)
        let time = UInt32.random(in: 1_000_000...2_000_000_000, using: &generator)
        return ShareJob.Parameters(
            syndicate: SyndicateID(hash()), msp: MSPID(hash()), jobSequence: generator.next(),
            logPosition: LogPosition(k: generator.next(), hash: hash()),
            header: HeaderTemplate(
                version: UInt32(truncatingIfNeeded: generator.next()), versionMask: 0x1fff_e000,
                previousBlock: hash(), compactTarget: CompactTarget(rawValue: 0x207f_ffff),
                merkleBranch: MerkleBranch(hashes: (0..<count).map { _ in hash() })),
            minTime: time - 3600, currentTime: time, coinbase: try coinbase())
    }

    /// A work and a submission that breaks no range.
    mutating func submission(of work: ShareWork) -> ShareSubmission {
        let parameters = work.job.parameters
        return ShareSubmission(
            work, extranonce(),
            HeaderRoll(
                ntime: UInt32.random(in: parameters.minTime...parameters.currentTime + 7200, using: &generator),
                nonce: UInt32(truncatingIfNeeded: generator.next()),
                versionBits: UInt32(truncatingIfNeeded: generator.next()) & parameters.header.versionMask))
    }

    mutating func extranonce() -> Extranonce {
        Extranonce(UInt32(truncatingIfNeeded: generator.next()), generator.next())
    }

    mutating func works(jobs: Int, each: Int, branchCount: Int? = nil) throws -> [ShareWork] {
        try (0..<jobs).flatMap { _ in
            let job = try ShareJob(parameters(branchCount: branchCount))
            return try (0..<each).map { _ in try ShareWork(job, miner: MinerID(hash()), level: easyLevel()) }
        }
    }
}

/// The header that a submission stands for, built without CShares.
func referenceHeader(_ submission: ShareSubmission) -> BlockHeader {
    let work = submission.work
    let parameters = work.job.parameters
    let owner = referenceOwner(work.job.commitment(of: work.miner, at: work.level))
    let coinbase = parameters.coinbase.transaction(owner: owner, extranonce: submission.extranonce)
    let header = parameters.header
    return BlockHeader(
        version: header.version & ~header.versionMask | submission.roll.versionBits & header.versionMask,
        previousBlock: header.previousBlock, merkleRoot: header.merkleBranch.root(coinbase: coinbase.txid),
        time: submission.roll.ntime, bits: header.compactTarget, nonce: submission.roll.nonce)
}

/// The owner hash as docs/protocol/share.md spells it, without CShares.
func referenceOwner(_ commitment: OwnerCommitment) -> Hash256 {
    func littleEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let tag = SHA256.hash(Array("radpool/share-owner/v1".utf8)).bytes
    var message = tag + tag
    message += commitment.syndicate.bytes.bytes + commitment.msp.bytes.bytes + commitment.miner.bytes.bytes
    message.append(commitment.level.rawValue)
    message += littleEndian(commitment.jobSequence) + littleEndian(commitment.logPosition.k)
    message += commitment.logPosition.hash.bytes
    return SHA256.hash(message)
}

/// Every pair of kernels worth telling apart that this CPU has; those it lacks are named once.
let availableValidators: [ShareValidator] = SHA256Kernel.allCases.compactMap { kernel in
    guard kernel.isAvailable else {
        print("skipped: this CPU lacks the kernel \(kernel.name)")
        return nil
    }
    return ShareValidator(single: kernel.lanes == 1 ? kernel : .portable, batch: kernel)
}
