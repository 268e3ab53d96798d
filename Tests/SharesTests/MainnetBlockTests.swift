import Bitcoin
import Foundation
import Shares
import TestSupport
import Testing

/// A real block through the core under `ShareValidator`. Its coinbase has no owner push, so it is no share of ours and
/// nothing here goes round the commitment: only coinbase, branch and header are held against it.
@Suite("Mainnet block 413567", .enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct MainnetBlockTests {
    let block: Block
    let branch: MerkleBranch
    let coinbase: [UInt8]

    init() throws {
        block = try Block(decoding: Array(Conformance.data("bitcoin/block413567.raw")))
        branch = MerkleBranch(transactionsAfterCoinbase: block.transactions.dropFirst().map(\.txid))
        coinbase = block.transactions[0].encoded(includingWitness: false)
    }

    /// A core of the block with its coinbase cut at `cut`, and the candidate that is the block.
    private func candidate(
        coinbase: [UInt8], branch: MerkleBranch, header: BlockHeader, cut: Int
    ) throws -> HeaderCore.Candidate {
        let template = HeaderTemplate(
            version: header.version, versionMask: 0, previousBlock: header.previousBlock, compactTarget: header.bits,
            merkleBranch: branch)
        let core = try HeaderCore(
            template, prefix: Array(coinbase[..<cut]), suffix: Array(coinbase[(cut + 12)...]))
        let middle = Array(coinbase[cut..<cut + 12])
        return HeaderCore.Candidate(
            core, try #require(Extranonce(extranonce1: Array(middle[..<4]), extranonce2: Array(middle[4...]))),
            HeaderRoll(ntime: header.time, nonce: header.nonce, versionBits: 0))
    }

    private var cuts: [Int] { Array(0...coinbase.count - 12) }

    @Test("it is a block, wherever its coinbase is cut, single and batch, with every kernel")
    func isBlock() throws {
        let candidates = try cuts.map {
            try candidate(coinbase: coinbase, branch: branch, header: block.header, cut: $0)
        }
        for validator in availableValidators {
            let outcomes = validator.hash(batch: candidates)
            #expect(outcomes.count == candidates.count)
            #expect(outcomes.allSatisfy { $0.isBlock && $0.hash == block.header.hash })
            #expect(candidates.allSatisfy { validator.hash($0) == outcomes[0] })
        }
    }

    @Test("one flipped bit of coinbase, branch, ntime, nonce or version fails it")
    func flippedBits() throws {
        let cut = 50
        var broken: [HeaderCore.Candidate] = []
        for bit in 0..<8 * coinbase.count {
            var bytes = coinbase
            bytes[bit / 8] ^= 1 << (bit % 8)
            broken.append(try candidate(coinbase: bytes, branch: branch, header: block.header, cut: cut))
        }
        for index in branch.hashes.indices {
            for bit in 0..<256 {
                var hashes = branch.hashes
                var bytes = hashes[index].bytes
                bytes[bit / 8] ^= 1 << (bit % 8)
                hashes[index] = try Hash256(internalBytes: bytes)
                broken.append(
                    try candidate(
                        coinbase: coinbase, branch: MerkleBranch(hashes: hashes), header: block.header, cut: cut))
            }
        }
        for bit in 0..<32 {
            for field in [\BlockHeader.version, \.time, \.nonce] {
                var header = block.header
                header[keyPath: field] ^= 1 << bit
                broken.append(try candidate(coinbase: coinbase, branch: branch, header: header, cut: cut))
            }
        }
        let validator = ShareValidator()
        #expect(validator.hash(batch: broken).allSatisfy { !$0.isBlock })
        #expect(broken.allSatisfy { !validator.hash($0).isBlock })
        let good = try candidate(coinbase: coinbase, branch: branch, header: block.header, cut: cut)
        #expect(validator.hash(good).isBlock)
    }
}
