import Bitcoin
import TestSupport
import Testing
import Wire

@Suite struct RoundTripTests {
    @Test func everyRecordComesBack() throws {
        for seed in 0..<UInt64(Scale.count(60, full: 3_000)) {
            var generator = SeededGenerator(seed: seed)
            let members = Int.random(in: 1...100, using: &generator)
            let network = [Network.mainnet, .testnet4, .regtest][Int(seed % 3)]
            let records: [Record] = [
                .genesis(try Samples.genesis(&generator, network: network, memberCount: members)),
                .journalJob(try Samples.job(&generator)),
                .journalShareBatch(try Samples.batch(&generator)),
                .minerRegistration(
                    MinerRegistration(
                        number: UInt32(truncatingIfNeeded: generator.next()),
                        key: try XOnlyKeyBytes(generator.bytes(32)),
                        name: Bool.random(using: &generator) ? RecordName("miner-\(seed)") : nil)),
            ]
            for record in records {
                let bytes = record.encoded()
                #expect(try Record(decoding: bytes) == record, "seed \(seed)")
                #expect(throws: WireError.self, "seed \(seed)") { try Record(decoding: bytes + [0]) }
                let length = Int.random(in: 0..<bytes.count, using: &generator)
                #expect(throws: WireError.self, "seed \(seed)") { try Record(decoding: Array(bytes.prefix(length))) }
            }
        }
    }

    /// Everything that damage leaves readable is still the only encoding of its value.
    @Test func damageIsRefusedOrIsAnotherRecord() throws {
        for seed in 0..<UInt64(Scale.count(2_000, full: 200_000)) {
            var generator = SeededGenerator(seed: seed)
            var bytes =
                switch seed % 3 {
                case 0: try Samples.genesis(&generator).encoded()
                case 1: try Samples.job(&generator).encoded()
                default: try JournalShareBatch([Samples.share(&generator, job: 1, miner: 2)]).encoded()
                }
            let before = bytes
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            if let record = try? Record(decoding: bytes) {
                #expect(record.encoded() == bytes, "seed \(seed)")
                #expect(try Record(decoding: before) != record, "seed \(seed)")
            }
        }
    }

    @Test func aShareTakesAtMost36Bytes() throws {
        var generator = SeededGenerator(seed: 1)
        // Each by another miner, over two jobs: the dearest mixture.
        for count in [250, 5_000, JournalShareBatch.maximumCount] {
            let shares = try (0..<count).map {
                try Samples.share(&generator, job: UInt64.max - UInt64($0 % 2), miner: UInt32($0))
            }
            let size = try JournalShareBatch(shares).encoded().count
            #expect(size <= 36 * count, "\(size) bytes for \(count) shares")
        }
        // All by one miner.
        let same = try (0..<1_000).map { _ in try Samples.share(&generator, job: 7, miner: 3) }
        #expect(try JournalShareBatch(same).encoded().count <= 25 * 1_000 + 32)
    }
}
