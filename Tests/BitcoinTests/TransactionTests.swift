import Bitcoin
import Foundation
import TestSupport
import Testing

@Suite struct TransactionTests {
    // BIP143's first example: an unsigned transaction and its signed form, whose second input alone has a witness.
    static let unsigned = """
        0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffff\
        ef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206\
        000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42db\
        ee7e4dbe6a21b2d50ce2f0167faa815988ac11000000
        """
    static let signed = """
        01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830\
        450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f928\
        1a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e81\
        5b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f6\
        6f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988\
        ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c\
        4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7aca\
        fcdb3566bb0ad253f62fc70f07aeee635711000000
        """

    @Test func readsAWitnessTransaction() throws {
        let bytes = try Hex.decode(Self.signed)
        let transaction = try Transaction(decoding: bytes)
        #expect(transaction.version == 1)
        #expect(transaction.lockTime == 17)
        #expect(transaction.inputs.count == 2)
        #expect(transaction.inputs[0].witness.isEmpty)
        #expect(transaction.inputs[1].witness.map(\.count) == [71, 33])
        #expect(transaction.inputs[0].sequence == 0xffff_ffee)
        #expect(transaction.outputs.map(\.satoshis) == [112_340_000, 223_450_000])
        #expect(transaction.outputs[0].amount == Amount(satoshis: 112_340_000))
        #expect(transaction.hasWitness)
        #expect(!transaction.isCoinbase)
        #expect(transaction.encoded() == bytes)
        #expect(transaction.totalSize == bytes.count)
        let stripped = transaction.encoded(includingWitness: false)
        #expect(transaction.strippedSize == stripped.count)
        #expect(transaction.weight == 3 * stripped.count + bytes.count)
        #expect(transaction.virtualSize == (transaction.weight + 3) / 4)
        #expect(transaction.txid == SHA256.doubleHash(stripped))
        #expect(transaction.wtxid == SHA256.doubleHash(bytes))
    }

    @Test func idsWithoutWitnessAreEqual() throws {
        let transaction = try Transaction(decoding: try Hex.decode(Self.unsigned))
        #expect(transaction.txid == transaction.wtxid)
        #expect(transaction.weight == 4 * transaction.totalSize)
    }

    @Test(arguments: [unsigned, signed])
    func refusesEveryTruncationAndExtension(hex: String) throws {
        let bytes = try Hex.decode(hex)
        for count in bytes.indices {
            let error = try #require(throws: ParseError.self) {
                try Transaction(decoding: Array(bytes[..<count]))
            }
            #expect((0...count).contains(error.offset), "\(error) in \(count) bytes")
        }
        #expect(throws: ParseError(.trailingBytes(count: 1), offset: bytes.count)) {
            try Transaction(decoding: bytes + [0])
        }
    }

    @Test func refusesSuperfluousWitnessesAndUnknownFlags() throws {
        let plain = try Hex.decode(Self.unsigned)
        let body = Array(plain[4..<plain.count - 4])
        let lockTime = Array(plain.suffix(4))
        let superfluous = Array(plain[..<4]) + [0, 1] + body + [0, 0] + lockTime
        #expect(throws: ParseError(.superfluousWitness, offset: 5)) { try Transaction(decoding: superfluous) }
        for flag: UInt8 in [2, 3, 0x80, 0xff] {
            var unknown = superfluous
            unknown[5] = flag
            #expect(throws: ParseError(.unknownTransactionFlag(flag), offset: 5)) {
                try Transaction(decoding: unknown)
            }
        }
    }

    @Test func readsTransactionsWithoutInputsAsCoreDoes() throws {
        let empty = Transaction(inputs: [], outputs: [])
        #expect(try Transaction(decoding: empty.encoded()) == empty)
        #expect(empty.encoded().count == 10)
        let output = TransactionOutput(satoshis: 1, script: Script())
        let noInput = Transaction(inputs: [], outputs: [output, output])
        #expect(throws: ParseError(.unknownTransactionFlag(2), offset: 5)) {
            try Transaction(decoding: noInput.encoded())
        }
        #expect(try Transaction(decodingLegacy: noInput.encoded()) == noInput)
    }

    @Test func refusesHugeCountsInTinyInputsWithoutAllocating() throws {
        let huge = "ffffffffffffffffff"
        let input = String(repeating: "00", count: 36)
        let cases = [
            "01000000\(huge)", "01000000feffffffff", "0100000001\(input)\(huge)",
            "0100000001\(input)00ffffffff\(huge)", "0100000001\(input)00ffffffff010000000000000000\(huge)",
            "010000000001\(huge)", "01000000000101\(input)00ffffffff00\(huge)",
            "01000000000101\(input)00ffffffff0001\(huge)",
        ]
        for hex in cases {
            let error = try #require(throws: ParseError.self) { try Transaction(decoding: try Hex.decode(hex)) }
            guard case .countTooLarge = error.kind else {
                Issue.record("\(error) for \(hex)")
                continue
            }
        }
    }

    @Test func amountsKeepTheirBounds() throws {
        #expect(Amount(satoshis: -1) == nil)
        #expect(Amount(satoshis: Amount.maximum.satoshis + 1) == nil)
        #expect(Amount(satoshis: .max) == nil)
        let one = try #require(Amount(satoshis: 1))
        #expect(Amount.maximum.adding(one) == nil)
        #expect(Amount.zero.subtracting(one) == nil)
        #expect(Amount.maximum.subtracting(one)?.adding(one) == .maximum)
        #expect(Amount.zero < one)
        #expect(TransactionOutput(satoshis: -5, script: Script()).amount == nil)
    }
}
