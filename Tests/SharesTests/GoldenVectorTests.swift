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
        let job_sequence, k, log_hash, owner: String
        let height: UInt32
        let tag, extranonce1, extranonce2: String
        let value: Int64
        let custody_script: String
        let witness_commitment: String?
        let coinbase, coinbase_txid: String
        let branch: [String]
        let merkle_root: String
        let version, version_mask, version_bits, header_version: UInt32
        let previous_block: String
        let ntime, nonce, compact_target: UInt32
        let header, header_hash: String
        let meets_level: Bool
    }

    private func vectors() throws -> [Vector] {
        let file = Conformance.repositoryRoot.appending(path: "Tests/Vectors/share_vectors.json")
        return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: file))
    }

    private func layout(_ vector: Vector) throws -> CoinbaseLayout {
        try CoinbaseLayout(
            height: vector.height, tag: Hex.decode(vector.tag),
            custodyScript: Script(Hex.decode(vector.custody_script)),
            value: #require(Amount(satoshis: vector.value)),
            witnessCommitment: vector.witness_commitment.map {
                try #require(
                    WitnessCommitment(outputScript: Script([0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed] + Hex.decode($0))))
            })
    }

    private func work(_ vector: Vector) throws -> ShareWork {
        let parameters = ShareJob.Parameters(
            syndicate: SyndicateID(try Hash256(internalHex: vector.syndicate)),
            msp: MSPID(try Hash256(internalHex: vector.msp)), jobSequence: try #require(UInt64(vector.job_sequence)),
            logPosition: LogPosition(
                k: try #require(UInt64(vector.k)), hash: try Hash256(internalHex: vector.log_hash)),
            header: HeaderTemplate(
                version: vector.version, versionMask: vector.version_mask,
                previousBlock: try Hash256(internalHex: vector.previous_block),
                compactTarget: CompactTarget(rawValue: vector.compact_target),
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
                coinbase.transaction(owner: owner, extranonce: extranonce).txid.internalHex == vector.coinbase_txid)
            let submission = ShareSubmission(
                work, extranonce,
                HeaderRoll(ntime: vector.ntime, nonce: vector.nonce, versionBits: vector.version_bits))
            let result = validator.judge(submission)
            #expect(result.hash.internalHex == vector.header_hash)
            #expect(result.version == vector.header_version)
            #expect(result.verdict == (vector.meets_level ? .accepted : .lowDifficulty))
            #expect(validator.judge(batch: [submission]) == [result])
            #expect(Hex.encode(referenceHeader(submission).encoded()) == vector.header)
        }
    }
}
