import Bitcoin
import TestSupport
import Testing
import Wire

@Suite struct ShareBatchEncoderTests {
    /// The encoding as docs/protocol/wire.md describes it, table by table.
    private func reference(_ shares: [JournalShare]) -> [UInt8] {
        var works: [JournalShare.Work] = []
        var indices: [JournalShare.Work: Int] = [:]
        for share in shares where indices[share.work] == nil {
            indices[share.work] = works.count
            works.append(share.work)
        }
        let jobs = Set(works.map(\.jobSequence)).sorted()
        var writer = ByteWriter()
        writer.append([RecordType.journalShareBatch.rawValue, 1])
        writer.append(compactSize: jobs.count)
        for job in jobs { writer.append(littleEndian: job) }
        writer.append(compactSize: works.count)
        for work in works {
            writer.append(compactSize: jobs.firstIndex(of: work.jobSequence) ?? -1)
            writer.append(littleEndian: work.minerNumber)
            writer.append(work.level)
        }
        writer.append(compactSize: shares.count)
        for share in shares {
            writer.append(compactSize: indices[share.work] ?? -1)
            writer.append(share.extranonce.bytes)
            writer.append(littleEndian: share.ntime)
            writer.append(littleEndian: share.nonce)
            writer.append(littleEndian: share.versionBits)
        }
        return writer.bytes
    }

    /// Shares of at most so many miners in runs of some length, over jobs that begin late and end early.
    private func shares(
        _ generator: inout SeededGenerator, count: Int, miners: UInt32, jobs: UInt64, run: Int
    ) throws -> [JournalShare] {
        var shares: [JournalShare] = []
        while shares.count < count {
            let (job, miner) = (generator.next() % jobs, UInt32.random(in: 0..<miners, using: &generator))
            for _ in 0..<Int.random(in: 1...run, using: &generator) where shares.count < count {
                shares.append(try Samples.share(&generator, job: job << 40, miner: miner &* 0x0101_0101))
            }
        }
        return shares
    }

    private func append(_ share: JournalShare, to encoder: inout ShareBatchEncoder) throws {
        let isTaken = encoder.append(share)
        try #require(isTaken)
    }

    @Test func bytesAreThoseOfThePage() throws {
        var encoder = ShareBatchEncoder()
        for seed in 0..<UInt64(Scale.count(200, full: 5_000)) {
            var generator = SeededGenerator(seed: seed)
            // Most groups are small; indices of three bytes begin at the 254th work.
            let count = Int.random(in: 1...(seed % 20 == 0 ? 3_000 : 60), using: &generator)
            let shares = try shares(
                &generator, count: count, miners: .random(in: 1...2_000, using: &generator),
                jobs: .random(in: 1...20, using: &generator), run: .random(in: 1...8, using: &generator))
            // One encoder for all batches: nothing of an earlier one may show, stored or given up.
            for share in shares.prefix(Int(seed % 5)) { try append(share, to: &encoder) }
            encoder.removeAll()
            for share in shares { try append(share, to: &encoder) }
            #expect(encoder.count == shares.count, "seed \(seed)")
            let finished = encoder.finish()
            let batch = try #require(finished, "seed \(seed)")
            #expect(batch.bytes == reference(shares), "seed \(seed)")
            #expect(batch.bytes == (try JournalShareBatch(shares).encoded()), "seed \(seed)")
            #expect(try JournalShareBatch(decoding: batch.bytes).shares == shares, "seed \(seed)")
            #expect(batch.count == shares.count, "seed \(seed)")
            #expect(batch.jobs == Set(shares.map(\.work.jobSequence)).sorted(), "seed \(seed)")
            #expect(batch.highestMinerNumber == shares.map(\.work.minerNumber).max(), "seed \(seed)")
        }
    }

    @Test func aFullBatchTakesNoMore() throws {
        var generator = SeededGenerator(seed: 1)
        var encoder = ShareBatchEncoder()
        var batch = encoder.finish()
        #expect(batch == nil)
        let shares = try (0..<JournalShareBatch.maximumCount).map {
            try Samples.share(&generator, job: 1, miner: UInt32($0))
        }
        for share in shares { try append(share, to: &encoder) }
        let isTaken = encoder.append(shares[0])
        #expect(!isTaken)
        batch = encoder.finish()
        #expect(try JournalShareBatch(decoding: #require(batch).bytes).shares == shares)
        batch = encoder.finish()
        #expect(batch == nil)
    }

    /// What `ShareBatchReader` gives in pieces; nil if it refuses the bytes.
    private func pieces(_ bytes: [UInt8], of limit: Int) -> [JournalShare]? {
        do {
            var reader = try ShareBatchReader(bytes)
            var shares: [JournalShare] = []
            var piece: [JournalShare] = []
            while try reader.next(limit, into: &piece) {
                #expect(!piece.isEmpty && piece.count <= max(limit, 1))
                shares += piece
            }
            #expect(piece.isEmpty)
            #expect(shares.count == reader.count)
            return shares
        } catch {
            return nil
        }
    }

    /// Pieces of any size give what the whole gives, and refuse what the whole refuses.
    @Test func piecesAreTheWhole() throws {
        var refused = 0
        for seed in 0..<UInt64(Scale.count(100, full: 2_000)) {
            var generator = SeededGenerator(seed: seed)
            let batch = try Samples.batch(&generator)
            let bytes = batch.encoded()
            let limit = Int.random(in: 0...64, using: &generator)
            #expect(pieces(bytes, of: limit) == batch.shares, "seed \(seed)")
            for _ in 0..<20 {
                var damaged = bytes
                switch generator.next() % 3 {
                case 0: damaged.removeLast(Int.random(in: 1...min(60, bytes.count), using: &generator))
                case 1: damaged += generator.bytes(Int.random(in: 1...30, using: &generator))
                default: damaged[Int.random(in: damaged.indices, using: &generator)] ^= 1 << (generator.next() % 8)
                }
                let whole = try? JournalShareBatch(decoding: damaged).shares
                #expect(pieces(damaged, of: limit) == whole, "seed \(seed)")
                if whole == nil { refused += 1 }
            }
        }
        #expect(refused > 100)
    }
}
