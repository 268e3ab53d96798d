import Bitcoin
import Foundation
import TestSupport
import Testing

@Suite struct BlockTemplateTests {
    private let header = BlockHeader(
        version: 0x2000_0000, previousBlock: SHA256.hash([1]), merkleRoot: .zero, time: 1_700_000_000,
        bits: CompactTarget(rawValue: 0x207f_ffff), nonce: 0)

    private func template(
        _ transactions: [TemplateTransaction], commitment: Script?
    ) throws(BlockTemplateError) -> BlockTemplate {
        try BlockTemplate(
            header: header, height: 200, minimumTime: 1_600_000_000, coinbaseValue: .maximum,
            transactions: transactions, defaultWitnessCommitment: commitment)
    }

    /// Different transactions, some of them with a witness.
    private func transactions(_ count: Int) throws -> [TemplateTransaction] {
        let signed = try Transaction(decoding: try Hex.decode(TransactionTests.signed))
        return try (0..<count).map { index in
            var transaction = signed
            transaction.lockTime = UInt32(index)
            if index.isMultiple(of: 3) {
                transaction.inputs[1].witness = []
            }
            return try TemplateTransaction(raw: transaction.encoded(), fee: .zero)
        }
    }

    private func commitment(_ transactions: [TemplateTransaction]) -> Script {
        WitnessCommitment(witnessRoot: MerkleTree(leaves: [.zero] + transactions.map(\.wtxid)).root).script
    }

    @Test(arguments: [0, 1, 2, 3, 4, 7, 8, 25])
    func assemblesBlocksWhoseRootsAgree(count: Int) throws {
        let transactions = try transactions(count)
        let template = try template(transactions, commitment: commitment(transactions))
        let layout = try CoinbaseLayout(
            height: template.height, tag: [], custodyScript: Script([0x51]), value: template.coinbaseValue,
            witnessCommitment: template.witnessCommitment)
        let extranonce = try #require(
            Extranonce(extranonce1: [1, 2, 3, 4], extranonce2: [UInt8](repeating: 9, count: 8)))
        let coinbase = layout.transaction(owner: .zero, extranonce: extranonce)
        let header = template.header(coinbase: coinbase.txid, version: 0x2000_e000, time: 1_700_000_001, nonce: 77)
        let bytes = template.encodedBlock(header: header, coinbase: coinbase)
        let block = try Block(decoding: bytes)
        #expect(block.encoded() == bytes)
        #expect(block.transactions.count == count + 1)
        #expect(block.header == header)
        #expect(header.previousBlock == self.header.previousBlock)
        #expect(header.version == 0x2000_e000)
        #expect(header.nonce == 77)
        #expect(block.merkleTree.root == header.merkleRoot)
        #expect(WitnessCommitment(witnessRoot: block.witnessRoot) == WitnessCommitment(coinbase: coinbase))
        #expect(transactions.map(\.weight) == block.transactions.dropFirst().map(\.weight))
    }

    @Test func checksTheWitnessCommitment() throws {
        let transactions = try transactions(5)
        let right = commitment(transactions)
        #expect(throws: Never.self) { try template(transactions, commitment: right) }
        for wrong in [commitment(Array(transactions.dropLast())), Script(right.bytes + [0]), Script()] {
            #expect(throws: BlockTemplateError.wrongWitnessCommitment) {
                try template(transactions, commitment: wrong)
            }
        }
        #expect(throws: BlockTemplateError.missingWitnessCommitment) { try template(transactions, commitment: nil) }
        let plain = Array(transactions.prefix(1))
        #expect(try template(plain, commitment: nil).witnessCommitment == nil)
        #expect(try template(plain, commitment: commitment(plain)).witnessCommitment != nil)
    }

    @Test func refusesListsThatRepeatTransactions() throws {
        let transactions = try transactions(4)
        let repeated = transactions + [transactions[2], transactions[3], transactions[3]]
        #expect(throws: BlockTemplateError.repeatedTransaction) {
            try template(repeated, commitment: commitment(repeated))
        }
    }

    @Test func refusesTransactionsThatDoNotParse() throws {
        let raw = try Hex.decode(TransactionTests.signed)
        #expect(throws: ParseError(.trailingBytes(count: 1), offset: raw.count)) {
            try TemplateTransaction(raw: raw + [0], fee: nil)
        }
    }

    @Test func damagedTransactionsAreTakenAsTheParserTakesThem() throws {
        let originals = try [TransactionTests.signed].map { try Hex.decode($0) } + transactions(5).map(\.raw)
        var taken = 0
        for seed in 0..<UInt64(Scale.count(20_000, full: 500_000)) {
            var generator = SeededGenerator(seed: seed)
            var raw = originals[Int(generator.next() % UInt64(originals.count))]
            for _ in 0...generator.next() % 3 {
                let place = Int(generator.next() % UInt64(raw.count))
                switch generator.next() % 3 {
                case 0: raw[place] = UInt8(truncatingIfNeeded: generator.next() % 4)
                case 1: raw[place] = UInt8(truncatingIfNeeded: generator.next())
                default: raw.removeSubrange(place..<min(place + Int(generator.next() % 3), raw.count))
                }
                if raw.isEmpty { raw = [0] }
            }
            let parsed = try? Transaction(decoding: raw)
            let found = try? TemplateTransaction(raw: raw, fee: nil)
            #expect(found?.txid == parsed?.txid, "seed \(seed)")
            #expect(found?.wtxid == parsed?.wtxid, "seed \(seed)")
            #expect(found?.weight == parsed?.weight, "seed \(seed)")
            taken += found == nil ? 0 : 1
        }
        #expect(taken > 1000)
    }

    @Test(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
    func rebuildsBlock413567() throws {
        let bytes = Array(try Conformance.data("bitcoin/block413567.raw"))
        let block = try Block(decoding: bytes)
        let transactions = try block.transactions.dropFirst().map {
            try TemplateTransaction(raw: $0.encoded(), fee: nil)
        }
        let template = try BlockTemplate(
            header: block.header, height: 413_567, minimumTime: 0, coinbaseValue: .zero, transactions: transactions,
            defaultWitnessCommitment: nil)
        let coinbase = block.transactions[0]
        let header = template.header(
            coinbase: coinbase.txid, version: block.header.version, time: block.header.time, nonce: block.header.nonce)
        #expect(header == block.header)
        #expect(template.encodedBlock(header: header, coinbase: coinbase) == bytes)
    }
}
