import Bitcoin
import Shares

/// The fake pool's job: a real one in everything but its block, which is on no chain.
struct FakeJob: Sendable {
    static let syndicate = SyndicateID(SHA256.hash([1]))
    static let msp = MSPID(SHA256.hash([2]))
    static let logPosition = LogPosition(k: 0, hash: SHA256.hash([1]))
    static let custodyScript = Script([0x51, 0x20] + SHA256.hash([3]).bytes)
    static let ntime: UInt32 = 1_790_000_000

    let sequence: UInt64
    let job: ShareJob
    let layout: CoinbaseLayout
    let header: HeaderTemplate

    init(sequence: UInt64) throws {
        self.sequence = sequence
        layout = try CoinbaseLayout(
            height: 103, tag: Array("radpool tests".utf8), custodyScript: Self.custodyScript,
            value: Amount(satoshis: 5_000_000_000) ?? .zero,
            witnessCommitment: WitnessCommitment(witnessRoot: SHA256.hash([4])))
        header = HeaderTemplate(
            version: 0x2000_0000, versionMask: 0x1fff_e000,
            previousBlock: SHA256.hash([5, UInt8(truncatingIfNeeded: sequence)]),
            compactTarget: CompactTarget(rawValue: 0x207f_ffff),
            merkleBranch: MerkleBranch(hashes: (0..<12).map { SHA256.hash([6, $0]) }))
        job = try ShareJob(
            ShareJob.Parameters(
                syndicate: Self.syndicate, msp: Self.msp, jobSequence: sequence, logPosition: Self.logPosition,
                header: header, minTime: Self.ntime - 600, currentTime: Self.ntime, coinbase: layout))
    }

    func id(_ level: ShareLevel) -> String {
        let digits = String(sequence << 8 | UInt64(level.rawValue), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    func notify(miner: MinerID, level: ShareLevel, clean: Bool) throws -> String {
        let owner = job.commitment(of: miner, at: level).hash.bytes
        let words = header.previousBlock.bytes
        let swapped = (0..<32).map { words[$0 ^ 3] }
        let branch = header.merkleBranch.hashes.map { "\"\($0.internalHex)\"" }.joined(separator: ",")
        let texts = [
            id(level), Hex.encode(swapped), Hex.encode(layout.prefix + owner + [CoinbaseLayout.extranoncePush]),
            Hex.encode(layout.suffix),
        ].map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"id":null,"method":"mining.notify","params":["# + texts + ",[" + branch
            + #"],"20000000","207fffff","\#(String(Self.ntime, radix: 16))",\#(clean)]}"#
    }

    /// What CShares says of a submit's params.
    func judge(
        _ texts: [String], miner: MinerID, level: ShareLevel, extranonce1: UInt32
    ) throws -> ShareVerdict {
        guard texts.count >= 5, let extranonce2 = UInt64(texts[2], radix: 16), texts[2].utf8.count == 16,
            let ntime = UInt32(texts[3], radix: 16), let nonce = UInt32(texts[4], radix: 16)
        else {
            throw FakePoolError.badShare
        }
        guard texts[1] == id(level) else { return .stale }
        let bits = texts.count > 5 ? UInt32(texts[5], radix: 16) ?? .max : 0
        let submission = ShareSubmission(
            try ShareWork(job, miner: miner, level: level), Extranonce(extranonce1, extranonce2),
            HeaderRoll(ntime: ntime, nonce: nonce, versionBits: bits))
        return ShareValidator().judge(submission).verdict
    }
}
