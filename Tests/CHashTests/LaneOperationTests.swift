import CHash
import TestSupport
import Testing

/// The operations of CHashLanes.h, with other data in each lane, against the portable kernel lane by lane.
@Suite struct LaneOperationTests {
    @Test(arguments: Kernel.runnable)
    func compressAdvancesEachLaneAlone(kernel: Kernel) throws {
        let ops = try kernel.engine().batch.pointee
        let reference = try Kernel.portable.engine().batch.pointee
        let compress = try #require(ops.compress)
        let one = try #require(reference.compress)
        var generator = SeededGenerator(seed: 31)
        for round in 0..<Scale.count(50, full: 1_000) {
            let state = LaneWords(rows: 8, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            let words = LaneWords(rows: 16, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            var expected = (0..<kernel.lanes).map { state.lane($0, rows: 8) }
            for lane in 0..<kernel.lanes {
                one(&expected[lane], words.lane(lane, rows: 16))
            }
            compress(state.base, words.base)
            try #require((0..<kernel.lanes).map { state.lane($0, rows: 8) } == expected, "round \(round)")
        }
    }

    @Test(arguments: Kernel.runnable)
    func scheduledCompressEqualsCompress(kernel: Kernel) throws {
        let ops = try kernel.engine().batch.pointee
        let reference = try Kernel.portable.engine().batch.pointee
        let compress = try #require(ops.compress_scheduled)
        let one = try #require(reference.compress)
        var generator = SeededGenerator(seed: 32)
        for round in 0..<Scale.count(50, full: 1_000) {
            let state = LaneWords(rows: 8, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            let block = generator.words(16)
            var schedule = [UInt32](repeating: 0, count: 64)
            rp_hash_expand(&schedule, block)
            var expected = (0..<kernel.lanes).map { state.lane($0, rows: 8) }
            for lane in 0..<kernel.lanes {
                one(&expected[lane], block)
            }
            compress(state.base, schedule)
            try #require((0..<kernel.lanes).map { state.lane($0, rows: 8) } == expected, "round \(round)")
        }
    }

    @Test(arguments: Kernel.runnable)
    func blocksAreReadBigEndianFromAnyAddress(kernel: Kernel) throws {
        let load = try #require(try kernel.engine().batch.pointee.load_blocks)
        var generator = SeededGenerator(seed: 33)
        for padding in 0..<8 {
            // A few bytes before each block move the next one off every alignment.
            let blocks = (0..<kernel.lanes).map { _ in generator.bytes(64 + padding) }
            let words = LaneWords(rows: 16, lanes: kernel.lanes)
            withPointers(to: blocks) { load(words.base, $0) }
            let expected = blocks.map { block in
                (0..<16).map { word in block[4 * word..<4 * word + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
            }
            try #require((0..<kernel.lanes).map { words.lane($0, rows: 16) } == expected, "\(padding) bytes between")
        }
    }

    @Test(arguments: Kernel.runnable)
    func wordsAreLoadedAsTheyAre(kernel: Kernel) throws {
        let load = try #require(try kernel.engine().batch.pointee.load_words)
        var generator = SeededGenerator(seed: 34)
        for extra in 0..<4 {
            let sources = (0..<kernel.lanes).map { _ in
                generator.words(8 + extra)
            }
            let words = LaneWords(rows: 8, lanes: kernel.lanes)
            withPointers(to: sources) { load(words.base, $0) }
            try #require((0..<kernel.lanes).map { words.lane($0, rows: 8) } == sources.map { Array($0[..<8]) })
        }
    }

    @Test(arguments: Kernel.runnable)
    func plainStatesAdvanceByBytes(kernel: Kernel) throws {
        let compress = try #require(try kernel.engine().batch.pointee.compress_bytes)
        let one = try #require(try Kernel.portable.engine().batch.pointee.compress_bytes)
        var generator = SeededGenerator(seed: 35)
        for blocks in 0...5 {
            let bytes = generator.bytes(64 * blocks + 1)
            let start = generator.words(8)
            var state = start
            var expected = start
            bytes[1...].withUnsafeBufferPointer { slice in
                guard let base = slice.baseAddress else { return }
                compress(&state, base, blocks)
                one(&expected, base, blocks)
            }
            try #require(state == expected, "\(blocks) blocks")
            try #require((state == start) == (blocks == 0))
        }
    }
}
