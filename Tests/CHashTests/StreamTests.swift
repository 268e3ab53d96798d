import CHash
import TestSupport
import Testing

@Suite struct StreamTests {
    @Test(arguments: Kernel.singles)
    func anySplitOfUpdatesIsTheWhole(kernel: Kernel) throws {
        let engine = try kernel.engine()
        let seed: UInt64 = 0x57_5245_414d
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Scale.count(400, full: 5_000) {
            let message = generator.bytes(round % 301)
            var stream = engine.stream()
            var at = 0
            while at < message.count {
                let end = Int.random(in: at...min(message.count, at + 130), using: &generator)
                stream.update(message[at..<end])
                at = end
            }
            try #require(stream.final() == librarySHA256(message), "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: Kernel.singles)
    func everySplitInTwo(kernel: Kernel) throws {
        let engine = try kernel.engine()
        var generator = SeededGenerator(seed: 2)
        let message = generator.bytes(200)
        let expected = librarySHA256(message)
        for cut in 0...message.count {
            var stream = engine.stream()
            stream.update(message[..<cut])
            stream.update(message[cut...])
            try #require(stream.final() == expected, "cut at \(cut)")
        }
    }

    @Test func nothingIsAllowedToBeNull() {
        var stream = rp_hash_best().stream()
        rp_hash_update(&stream, nil, 0)
        #expect(stream.final() == librarySHA256([]))
    }

    /// The header promises that a finished stream holds nothing of the message.
    @Test func aFinishedStreamIsCleared() {
        var stream = rp_hash_best().stream()
        stream.update([UInt8](repeating: 0x5A, count: 100)[...])
        _ = stream.final()
        let left = withUnsafeBytes(of: stream) { Array($0) }
        #expect(left.allSatisfy { $0 == 0 })
    }

    @Test(arguments: Kernel.singles)
    func copiesOfAStreamGoOnAlone(kernel: Kernel) throws {
        let engine = try kernel.engine()
        var generator = SeededGenerator(seed: 3)
        let tag = Array("radpool/test".utf8)
        let tagHash = librarySHA256(tag)
        let tagged = engine.taggedStream(tag)
        for length in [0, 1, 55, 56, 63, 64, 65, 119, 120, 300] {
            let message = generator.bytes(length)
            var copy = tagged
            copy.update(message[...])
            let expected = librarySHA256(tagHash + tagHash + message)
            try #require(copy.final() == expected, "\(length) bytes")
            try #require(engine.tagged(tag, message) == expected, "\(length) bytes")
        }
    }

    /// `out32` may lie anywhere inside the message.
    @Test(arguments: Kernel.singles)
    func outputInsideTheMessage(kernel: Kernel) throws {
        var engine = try kernel.engine()
        var generator = SeededGenerator(seed: 4)
        for length in [32, 55, 64, 100, 128, 200] {
            for offset in [0, 1, (length - 32) / 2, length - 32] where offset <= length - 32 {
                let message = generator.bytes(length)
                var once = message
                var twice = message
                once.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    rp_hash_sha256(&engine, base + offset, base, length)
                }
                twice.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    rp_hash_sha256d(&engine, base + offset, base, length)
                }
                var expected = message
                expected.replaceSubrange(offset..<offset + 32, with: librarySHA256(message))
                try #require(once == expected, "\(length) bytes, output at \(offset)")
                expected.replaceSubrange(offset..<offset + 32, with: librarySHA256d(message))
                try #require(twice == expected, "\(length) bytes, output at \(offset)")
            }
        }
    }

    @Test(arguments: Kernel.singles)
    func headersFromTheirMidstate(kernel: Kernel) throws {
        let engine = try kernel.engine()
        let seed: UInt64 = 5
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Scale.count(300, full: 5_000) {
            let header = generator.bytes(80)
            let midstate = engine.midstate(Array(header[..<64]))
            let found = engine.header(midstate: midstate, tail: Array(header[64...]))
            try #require(found == librarySHA256d(header), "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: Kernel.singles)
    func midstatesOfManyBlocks(kernel: Kernel) throws {
        let engine = try kernel.engine()
        let reference = try Kernel.portable.engine()
        var generator = SeededGenerator(seed: 6)
        #expect(
            engine.midstate([]) == withUnsafeBytes(of: rp_hash_initial_state) { Array($0.bindMemory(to: UInt32.self)) })
        for blocks in 0...9 {
            let bytes = generator.bytes(64 * blocks)
            try #require(engine.midstate(bytes) == reference.midstate(bytes), "\(blocks) blocks")
        }
    }
}
