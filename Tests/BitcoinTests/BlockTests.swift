import Bitcoin
import Foundation
import TestSupport
import Testing

@Suite struct BlockTests {
    static let genesisHeader = """
        0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61\
        7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c
        """
    static let genesisCoinbase = """
        01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468\
        652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261\
        696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e0\
        3909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000
        """

    @Test func findsTheNonceOfTheGenesisBlock() throws {
        let header = try BlockHeader(decoding: Hex.decode(Self.genesisHeader))
        var unsolved = header
        unsolved.nonce = 0
        let target = try header.bits.target()
        #expect(unsolved.mined(meeting: target, first: header.nonce - 2_000, count: 2_000) == nil)
        #expect(unsolved.mined(meeting: target, first: header.nonce - 2_000, count: 2_001) == header)
        #expect(unsolved.mined(meeting: target, first: header.nonce + 1, count: 1_000) == nil)
    }

    @Test func readsTheGenesisBlock() throws {
        let bytes = try Hex.decode(Self.genesisHeader + "01" + Self.genesisCoinbase)
        let block = try Block(decoding: bytes)
        #expect(block.encoded() == bytes)
        #expect(
            block.header.hash.displayHex == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")
        #expect(block.header.meetsOwnTarget)
        #expect(block.merkleTree.root == block.header.merkleRoot)
        #expect(block.transactions[0].isCoinbase)
        #expect(block.weight == 4 * bytes.count)
        var missed = block.header
        missed.nonce += 1
        #expect(!missed.meetsOwnTarget)
        missed.bits = CompactTarget(rawValue: 0)
        #expect(!missed.meetsOwnTarget)
    }

    @Test func refusesEveryTruncationAndExtension() throws {
        let bytes = try Hex.decode(Self.genesisHeader + "01" + Self.genesisCoinbase)
        for count in bytes.indices {
            let error = try #require(throws: ParseError.self) { try Block(decoding: Array(bytes[..<count])) }
            #expect((0...count).contains(error.offset))
        }
        #expect(throws: ParseError(.trailingBytes(count: 2), offset: bytes.count)) {
            try Block(decoding: bytes + [0, 0])
        }
        #expect(throws: ParseError(.countTooLarge(0xffff_ffff), offset: 80)) {
            try Block(decoding: Array(bytes[..<80]) + [0xfe, 0xff, 0xff, 0xff, 0xff])
        }
        let header = Array(bytes[..<80])
        #expect(try BlockHeader(decoding: header).encoded() == header)
        #expect(throws: ParseError.self) { try BlockHeader(decoding: Array(header.dropLast())) }
        #expect(throws: ParseError(.trailingBytes(count: 1), offset: 80)) { try BlockHeader(decoding: header + [0]) }
    }

    @Test(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
    func block413567RoundTripsAndItsRootAgrees() throws {
        let bytes = Array(try Conformance.data("bitcoin/block413567.raw"))
        #expect(bytes.count == 999_887)
        let block = try Block(decoding: bytes)
        #expect(block.transactions.count == 1557)
        #expect(block.encoded() == bytes)
        #expect(block.header.meetsOwnTarget)
        #expect(try BlockHeight.parse(scriptSig: block.transactions[0].inputs[0].scriptSig) == 413_567)
        let tree = block.merkleTree
        #expect(tree.root == block.header.merkleRoot)
        #expect(!tree.isAmbiguous)
        let txids = block.transactions.map(\.txid)
        let branch = MerkleBranch(transactionsAfterCoinbase: Array(txids.dropFirst()))
        #expect(branch.hashes.count == 11)
        #expect(branch.root(coinbase: txids[0]) == block.header.merkleRoot)
        #expect(branch.proves(coinbase: txids[0], inBlockWithRoot: block.header.merkleRoot))
        #expect(!branch.proves(coinbase: txids[1], inBlockWithRoot: block.header.merkleRoot))
    }
}
