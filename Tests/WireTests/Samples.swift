import Bitcoin
import TestSupport
import Testing
import Wire

/// Random valid records.
enum Samples {
    static func genesis(
        _ generator: inout SeededGenerator, network: Network = .regtest, memberCount: Int = 1
    ) throws -> Genesis {
        let keys = try (0..<memberCount).map { _ in try XOnlyKeyBytes(generator.bytes(32)) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        let script = Script.payToTaproot(try XOnlyKeyBytes(generator.bytes(32)))
        return try Genesis(
            network: network, name: try #require(RecordName("sample")),
            members: keys.map { Genesis.Member(key: $0, payoutScript: script) }, bootstrapScript: script,
            terms: GenesisTerms(network: network))
    }

    static func job(_ generator: inout SeededGenerator) throws -> JournalJob {
        let branch = (0..<Int.random(in: 0...14, using: &generator)).map { _ in SHA256.hash(generator.bytes(8)) }
        let time = UInt32.random(in: 8_000 ... .max, using: &generator)
        return try JournalJob(
            sequence: generator.next(),
            owner: JournalJob.Owner(
                syndicate: SHA256.hash(generator.bytes(8)), msp: try XOnlyKeyBytes(generator.bytes(32)),
                logPosition: generator.next(), logHash: SHA256.hash(generator.bytes(8))),
            header: HeaderTemplate(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: SHA256.hash(generator.bytes(8)),
                compactTarget: CompactTarget(rawValue: 0x1d00_ffff), merkleBranch: MerkleBranch(hashes: branch)),
            minimumTime: time - 7_200, currentTime: time, coinbase: coinbase(&generator))
    }

    private static func coinbase(_ generator: inout SeededGenerator) throws -> CoinbaseTemplate {
        let commitment = WitnessCommitment(witnessRoot: SHA256.hash(generator.bytes(8)))
        return CoinbaseTemplate(
            height: UInt32.random(in: 0 ... .max, using: &generator),
            value: try #require(Amount(satoshis: Int64.random(in: 0...5_000_000_000, using: &generator))),
            custodyScript: .payToTaproot(try XOnlyKeyBytes(generator.bytes(32))),
            tag: generator.bytes(Int.random(in: 0...20, using: &generator)),
            witnessCommitment: Bool.random(using: &generator) ? commitment : nil)
    }

    static func share(
        _ generator: inout SeededGenerator, job: UInt64, miner: UInt32, level: UInt8 = 64
    ) throws -> JournalShare {
        JournalShare(
            work: try #require(JournalShare.Work(jobSequence: job, minerNumber: miner, level: level)),
            extranonce: Extranonce(UInt32(truncatingIfNeeded: generator.next()), generator.next()),
            ntime: UInt32(truncatingIfNeeded: generator.next()), nonce: UInt32(truncatingIfNeeded: generator.next()),
            versionBits: UInt32(truncatingIfNeeded: generator.next()))
    }

    static func batch(_ generator: inout SeededGenerator) throws -> JournalShareBatch {
        let count = Int.random(in: 1...300, using: &generator)
        let miners = UInt32.random(in: 1...300, using: &generator)
        let jobs = UInt64.random(in: 1...5, using: &generator)
        return try JournalShareBatch(
            (0..<count).map { _ in
                try share(
                    &generator, job: .random(in: 0..<jobs, using: &generator),
                    miner: .random(in: 0..<miners, using: &generator),
                    level: .random(in: 33...127, using: &generator))
            })
    }
}
