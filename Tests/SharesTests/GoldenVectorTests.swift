import Bitcoin
import Foundation
import Shares
import TestSupport
import Testing

/// Vectors made by Tests/Vectors/share_vectors.py from the text of docs/protocol/share.md.
@Suite("Golden vectors")
struct GoldenVectorTests {
    private struct Vector: Decodable {
        let syndicate, msp, miner: String
        let level: UInt8
        let jobSequence, k, logHash, owner: String
        let height: UInt32
        let tag, extranonce1, extranonce2: String
        let value: Int64
        let custodyScript: String
        let witnessCommitment: String?
        let coinbase, coinbaseTxid: String
        let branch: [String]
        let merkleRoot: String
        let version, versionMask, versionBits, headerVersion: UInt32
        let previousBlock: String
        let ntime, nonce, compactTarget: UInt32
        let header, headerHash: String
        let meetsLevel: Bool
    }

    private func vectors() throws -> [Vector] {
        let file = Conformance.repositoryRoot.appending(path: "Tests/Vectors/share_vectors.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([Vector].self, from: Data(contentsOf: file))
    }

    private func layout(_ vector: Vector) throws -> CoinbaseLayout {
        try CoinbaseLayout(
            height: vector.height, tag: Hex.decode(vector.tag),
            custodyScript: Script(Hex.decode(vector.custodyScript)),
            value: #require(Amount(satoshis: vector.value)),
            witnessCommitment: vector.witnessCommitment.map {
                try #require(
                    WitnessCommitment(outputScript: Script([0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed] + Hex.decode($0))))
            })
    }

    private func work(_ vector: Vector) throws -> ShareWork {
        let parameters = ShareJob.Parameters(
            syndicate: SyndicateID(try Hash256(internalHex: vector.syndicate)),
            msp: MSPID(try Hash256(internalHex: vector.msp)), jobSequence: try #require(UInt64(vector.jobSequence)),
            logPosition: LogPosition(
                k: try #require(UInt64(vector.k)), hash: try Hash256(internalHex: vector.logHash)),
            header: HeaderTemplate(
                version: vector.version, versionMask: vector.versionMask,
                previousBlock: try Hash256(internalHex: vector.previousBlock),
                compactTarget: CompactTarget(rawValue: vector.compactTarget),
                merkleBranch: MerkleBranch(hashes: try vector.branch.map { try Hash256(internalHex: $0) })),
            minTime: vector.ntime, currentTime: vector.ntime, coinbase: try layout(vector))
        return try ShareWork(
            ShareJob(parameters), miner: MinerID(try Hash256(internalHex: vector.miner)),
            level: try #require(ShareLevel(vector.level)))
    }

    @Test("owner hash, coinbase, header hash and verdict agree with the independent generator")
    func agree() throws {
        let vectors = try vectors()
        #expect(vectors.count == 12)
        let validator = ShareValidator()
        for vector in vectors {
            let work = try work(vector)
            let owner = work.job.commitment(of: work.miner, at: work.level).hash
            #expect(owner.internalHex == vector.owner)
            let extranonce = try #require(
                Extranonce(extranonce1: Hex.decode(vector.extranonce1), extranonce2: Hex.decode(vector.extranonce2)))
            let coinbase = try layout(vector)
            #expect(Hex.encode(coinbase.encoded(owner: owner, extranonce: extranonce)) == vector.coinbase)
            #expect(
                coinbase.transaction(owner: owner, extranonce: extranonce).txid.internalHex == vector.coinbaseTxid)
            let submission = ShareSubmission(
                work, extranonce,
                HeaderRoll(ntime: vector.ntime, nonce: vector.nonce, versionBits: vector.versionBits))
            let result = validator.judge(submission)
            #expect(result.hash.internalHex == vector.headerHash)
            #expect(result.version == vector.headerVersion)
            #expect(result.verdict == (vector.meetsLevel ? .accepted : .lowDifficulty))
            #expect(validator.judge(batch: [submission]) == [result])
            #expect(Hex.encode(referenceHeader(submission).encoded()) == vector.header)
        }
    }
}
