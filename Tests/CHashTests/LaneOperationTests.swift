import CHash
import TestSupport
import Testing

/// The operations of CHashLanes.h, with other data in each lane, against the portable kernel lane by lane.
@Suite struct LaneOperationTests {
    @Test(arguments: Kernel.runnable)
    func compressAdvancesEachLaneAlone(kernel: Kernel) throws {
        let compress = try #require(try kernel.engine().batch.pointee.compress)
        let one = try #require(try Kernel.portable.engine().batch.pointee.compress)
        var generator = SeededGenerator(seed: 31)
        for round in 0..<Scale.count(50, full: 1_000) {
            let state = LaneWords(rows: 8, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            let words = LaneWords(rows: 16, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            let out = LaneWords(rows: 8, lanes: kernel.lanes)
            let before = (0..<kernel.lanes).map { state.lane($0, rows: 8) }
            let expected = (0..<kernel.lanes).map { lane in
                var after = [UInt32](repeating: 0, count: 8)
                one(&after, before[lane], words.lane(lane, rows: 16))
                return after
            }
            compress(out.base, state.base, words.base)
            try #require((0..<kernel.lanes).map { out.lane($0, rows: 8) } == expected, "round \(round)")
            try #require((0..<kernel.lanes).map { state.lane($0, rows: 8) } == before, "round \(round)")
            // Into the state itself, and then onto the words that were read.
            compress(state.base, state.base, words.base)
            try #require((0..<kernel.lanes).map { state.lane($0, rows: 8) } == expected, "round \(round)")
            let again = LaneWords(rows: 8, lanes: kernel.lanes) { row, lane in before[lane][row] }
            compress(words.base, again.base, words.base)
            try #require((0..<kernel.lanes).map { words.lane($0, rows: 8) } == expected, "round \(round)")
        }
    }

    @Test(arguments: Kernel.runnable)
    func scheduledCompressEqualsCompress(kernel: Kernel) throws {
        let compress = try #require(try kernel.engine().batch.pointee.compress_scheduled)
        let one = try #require(try Kernel.portable.engine().batch.pointee.compress)
        var generator = SeededGenerator(seed: 32)
        for round in 0..<Scale.count(50, full: 1_000) {
            let state = LaneWords(rows: 8, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            let out = LaneWords(rows: 8, lanes: kernel.lanes)
            let block = generator.words(16)
            var schedule = [UInt32](repeating: 0, count: 64)
            rp_hash_expand(&schedule, block)
            let expected = (0..<kernel.lanes).map { lane in
                var after = [UInt32](repeating: 0, count: 8)
                one(&after, state.lane(lane, rows: 8), block)
                return after
            }
            compress(out.base, state.base, schedule)
            try #require((0..<kernel.lanes).map { out.lane($0, rows: 8) } == expected, "round \(round)")
            compress(state.base, state.base, schedule)
            try #require((0..<kernel.lanes).map { state.lane($0, rows: 8) } == expected, "round \(round)")
        }
    }

    @Test(arguments: Kernel.runnable)
    func digestsAreHashedFromTheInitialState(kernel: Kernel) throws {
        let digest = try #require(try kernel.engine().batch.pointee.compress_digest)
        let one = try #require(try Kernel.portable.engine().batch.pointee.compress)
        var generator = SeededGenerator(seed: 36)
        for round in 0..<Scale.count(50, full: 1_000) {
            let words = LaneWords(rows: 8, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
            let out = LaneWords(rows: 8, lanes: kernel.lanes)
            let expected = (0..<kernel.lanes).map { lane in
                // FIPS 180-4 section 5.1.1: 0x80, zeros, and 256 as the length in bits.
                let block = words.lane(lane, rows: 8) + [0x8000_0000, 0, 0, 0, 0, 0, 0, 256]
                var after = [UInt32](repeating: 0, count: 8)
                one(&after, kernelInitialState, block)
                return after
            }
            digest(out.base, words.base)
            try #require((0..<kernel.lanes).map { out.lane($0, rows: 8) } == expected, "round \(round)")
            digest(words.base, words.base)
            try #require((0..<kernel.lanes).map { words.lane($0, rows: 8) } == expected, "round \(round)")
        }
    }

    /// The square roots' fractions of FIPS 180-4 section 5.3.3.
    private var kernelInitialState: [UInt32] {
        [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
    }

    @Test(arguments: Kernel.runnable)
    func initialStateBroadcastAndDigestBytes(kernel: Kernel) throws {
        let ops = try kernel.engine().batch.pointee
        let broadcast = try #require(ops.broadcast_words)
        let store = try #require(ops.store_digests)
        var generator = SeededGenerator(seed: 37)
        for row in 0..<8 {
            for lane in 0..<kernel.lanes {
                #expect(ops.initial_state[row * kernel.lanes + lane] == kernelInitialState[row])
            }
        }
        let source = generator.words(8)
        let words = LaneWords(rows: 8, lanes: kernel.lanes)
        broadcast(words.base, source)
        #expect((0..<kernel.lanes).allSatisfy { words.lane($0, rows: 8) == source })

        let state = LaneWords(rows: 8, lanes: kernel.lanes) { _, _ in generator.words(1)[0] }
        let guardByte: UInt8 = 0xa5
        var bytes = [UInt8](repeating: guardByte, count: 32 * kernel.lanes + 1)
        store(&bytes, state.base)
        let expected = (0..<kernel.lanes).flatMap { lane in
            state.lane(lane, rows: 8).flatMap { word in
                [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
            }
        }
        #expect(bytes == expected + [guardByte])
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
