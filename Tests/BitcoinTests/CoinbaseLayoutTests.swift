import Bitcoin
import TestSupport
import Testing

@Suite struct CoinbaseLayoutTests {
    private let custody = Script([0x51, 0x20] + [UInt8](repeating: 0xcc, count: 32))
    private let owner = SHA256.hash(Array("owner".utf8))

    private func extranonce() throws -> Extranonce {
        try #require(Extranonce(extranonce1: [0xa0, 0xa1, 0xa2, 0xa3], extranonce2: Array(0xb0...0xb7)))
    }

    private func layout(
        height: UInt32 = 900_000, tag: String = "/radpool/", custody: Script? = nil,
        commitment: WitnessCommitment? = WitnessCommitment(witnessRoot: .zero)
    ) throws(CoinbaseLayoutError) -> CoinbaseLayout {
        try CoinbaseLayout(
            height: height, tag: Array(tag.utf8), custodyScript: custody ?? self.custody,
            value: Amount(satoshis: 312_500_000) ?? .zero, witnessCommitment: commitment)
    }

    @Test func writesTheExactBytes() throws {
        let layout = try layout()
        let commitment = WitnessCommitment(witnessRoot: .zero).script
        // 4 + 33 + 13 + 10 bytes of scriptSig.
        let zeros = String(repeating: "00", count: 32)
        #expect(
            Hex.encode(layout.prefix) == "0200000001\(zeros)ffffffff3c03a0bb0d20")
        #expect(
            Hex.encode(layout.suffix)
                == "09" + Hex.encode(Array("/radpool/".utf8)) + "ffffffff02" + "205fa01200000000"
                + "22" + Hex.encode(custody.bytes) + "0000000000000000" + "26" + Hex.encode(commitment.bytes)
                + "00000000")
        let bytes = layout.encoded(owner: owner, extranonce: try extranonce())
        #expect(
            Hex.encode(bytes)
                == Hex.encode(layout.prefix) + owner.internalHex + "0ca0a1a2a3b0b1b2b3b4b5b6b7"
                + Hex.encode(layout.suffix))
    }

    @Test(arguments: [UInt32(0), 1, 16, 17, 127, 128, 900_000, 8_388_608, .max])
    func partsAndTransactionAgree(height: UInt32) throws {
        for tag in ["", "x", "\u{1}", "01234567890123456789"] {
            for commitment in [nil, WitnessCommitment(witnessRoot: owner)] {
                let layout = try layout(height: height, tag: tag, commitment: commitment)
                let transaction = layout.transaction(owner: owner, extranonce: try extranonce())
                let bytes = layout.encoded(owner: owner, extranonce: try extranonce())
                #expect(transaction.encoded(includingWitness: false) == bytes)
                #expect(transaction.txid == SHA256.doubleHash(bytes))
                #expect(transaction.isCoinbase)
                #expect(try Transaction(decoding: transaction.encoded()) == transaction)
                #expect(WitnessCommitment(coinbase: transaction) == commitment)
                #expect(transaction.hasWitness == (commitment != nil))
                let scriptSig = transaction.inputs[0].scriptSig
                #expect((2...100).contains(scriptSig.bytes.count))
                #expect(try BlockHeight.parse(scriptSig: scriptSig) == height)
                let items = try scriptSig.instructions().dropFirst().map(\.data)
                let tagItems: [[UInt8]?] = tag.isEmpty ? [] : [Array(tag.utf8)]
                #expect(items == [owner.bytes, try extranonce().bytes] + tagItems)
                #expect(transaction.outputs.map(\.satoshis) == (commitment == nil ? [312_500_000] : [312_500_000, 0]))
            }
        }
    }

    @Test func refusesWhatDoesNotFit() throws {
        #expect(throws: CoinbaseLayoutError.tagTooLong(21)) {
            try layout(tag: String(repeating: "x", count: 21))
        }
        // A longer custody script has a length prefix of 3 bytes instead of 1.
        let size = try layout(custody: custody).encoded(owner: owner, extranonce: try extranonce()).count
        let room = CoinbaseLayout.sizeLimit - 1 - (size - custody.bytes.count - 1) - 3
        #expect(throws: Never.self) { try layout(custody: Script([UInt8](repeating: 0x51, count: room))) }
        #expect(throws: CoinbaseLayoutError.tooLarge(500)) {
            try layout(custody: Script([UInt8](repeating: 0x51, count: room + 1)))
        }
        #expect(Extranonce(extranonce1: [1, 2, 3], extranonce2: Array(0..<8)) == nil)
        #expect(Extranonce(extranonce1: [1, 2, 3, 4], extranonce2: Array(0..<9)) == nil)
    }
}
