import TestSupport
import Testing
import Wire

/// Frames cut into chunks and put together again.
@Suite struct ChunkTests {
    private static let largestPayload = 65_536
    private static let types: [LinkStream: [UInt8]] = [
        .link: [0x50, 0x54], .votes: [0x41, 0x42, 0x43, 0x44, 0x45, 0x47, 0x48], .vertices: [0x40], .history: [0x46],
    ]

    private func frame(_ type: UInt8, _ count: Int) -> [UInt8] {
        [type] + (1..<max(count, 1)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    private func drain(_ queue: inout ChunkQueue) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        while let chunk = queue.next() { chunks.append(chunk) }
        return chunks
    }

    /// Random frames, added and sent in random turns, and read in random pieces: each stream has its frames, in order.
    @Test func framesComeAsTheyWent() throws {
        for seed in 0..<UInt64(Scale.count(50, full: 2_000)) {
            var generator = SeededGenerator(seed: seed)
            var queue = ChunkQueue(bounds: .init(votes: .max, vertices: .max, history: .max))
            var sent: [LinkStream: [[UInt8]]] = [:]
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                let stream = LinkStream.allCases[Int.random(in: 0..<4, using: &generator)]
                let type = try #require(Self.types[stream]?.randomElement(using: &generator))
                let longest = stream == .link ? LinkFrame.longest : 80_000
                let frame = frame(
                    type, Int.random(in: 1...(Bool.random(using: &generator) ? 50 : longest), using: &generator))
                #expect(queue.add(frame) == .queued)
                sent[stream, default: []].append(frame)
                for _ in 0..<Int.random(in: 0...3, using: &generator) { bytes += queue.next() ?? [] }
            }
            bytes += drain(&queue).joined()
            #expect(queue.isEmpty)
            var reader = ChunkReader(largestPayload: Self.largestPayload)
            var received: [LinkStream: [[UInt8]]] = [:]
            var offset = 0
            while offset < bytes.count {
                let count = min(Int.random(in: 1...30_000, using: &generator), bytes.count - offset)
                try reader.read(Array(bytes[offset..<offset + count])) { received[$0, default: []].append($1) }
                offset += count
            }
            #expect(received == sent, "seed \(seed)")
            #expect(reader.heldBytes == 0)
        }
    }

    @Test func aChunkByteByByte() {
        var queue = ChunkQueue(bounds: .init(largestPayload: Self.largestPayload))
        #expect(queue.add([0x42, 9, 8]) == .queued)
        #expect(queue.next() == [3, 0, 1, 0x42, 9, 8])
        #expect(queue.next() == nil)
        let long = frame(0x40, 16_385)
        #expect(queue.add(long) == .queued)
        #expect(queue.next() == [0, 0x40, 0x82] + long[..<16_384])
        #expect(queue.waitingBytes(.vertices) == 1)
        #expect(queue.next() == [1, 0, 2] + long[16_384...])
        #expect(queue.isEmpty)
    }

    /// A vote that comes while a vertex is being sent goes into the next chunk.
    @Test func whatIsUrgentGoesFirst() {
        var queue = ChunkQueue(bounds: .init(largestPayload: 4_194_304))
        _ = queue.add(frame(0x46, 40_000))
        #expect(queue.next()?[2] == 0x83)
        _ = queue.add(frame(0x40, 40_000))
        #expect(queue.next()?[2] == 0x82)
        _ = queue.add(frame(0x41, 20_000))
        #expect(queue.next()?[2] == 0x81)
        _ = queue.add(frame(0x53, 10))
        #expect(drain(&queue).map { $0[2] } == [0, 1, 0x82, 2, 0x83, 3])
    }

    // MARK: Bounds

    @Test func fullStreamsSaySo() {
        var queue = ChunkQueue(bounds: .init(votes: 100, vertices: 100, history: 100))
        for type in [UInt8(0x41), 0x46] {
            #expect(queue.add(frame(type, 60)) == .queued)
            #expect(queue.add(frame(type, 41)) == .full)
            #expect(queue.add(frame(type, 40)) == .queued)
            #expect(queue.add(frame(type, 1)) == .full)
        }
        #expect(queue.add(frame(0x40, 60)) == .queued)
        #expect(queue.add(frame(0x40, 30)) == .queued)
        #expect(queue.add(frame(0x40, 101)) == .full)
        #expect(queue.waitingBytes(.vertices) == 90)
        #expect(queue.add(frame(0x40, 75)) == .displaced(2))
        #expect(queue.waitingBytes(.vertices) == 75)
        // The link's own frames always go.
        for _ in 0..<100 { #expect(queue.add(frame(0x52, 10)) == .queued) }
        #expect(queue.add([]) == .full)
        #expect(queue.add([0x3f]) == .full)
        #expect(queue.add([0x55]) == .full)
    }

    /// A vertex that is begun is sent to its end: half of one is of no use to anybody.
    @Test func whatIsBegunIsNotDisplaced() throws {
        var queue = ChunkQueue(bounds: .init(votes: 0, vertices: 50_000, history: 0))
        let (first, second, third) = (frame(0x40, 20_000), frame(0x40, 20_001), frame(0x40, 20_002))
        #expect(queue.add(first) == .queued)
        let start = queue.next() ?? []
        #expect(queue.add(second) == .queued)
        #expect(queue.add(third) == .queued)
        #expect(queue.add(frame(0x40, 30_000)) == .displaced(2))
        var reader = ChunkReader(largestPayload: Self.largestPayload)
        var frames: [[UInt8]] = []
        try reader.read(start + drain(&queue).joined()) { frames.append($1) }
        #expect(frames == [first, frame(0x40, 30_000)])
    }

    @Test func whatIsNoChunkEndsTheLink() {
        func refuse(_ bytes: [UInt8], _ error: ChunkError) {
            var reader = ChunkReader(largestPayload: 1_024)
            #expect(throws: error) { try reader.read(bytes) { _, _ in } }
        }
        refuse([0, 0, 1], .length(0))
        refuse([1, 0x40, 1], .length(16_385))
        refuse([0xff, 0xff, 1], .length(65_535))
        refuse([1, 0, 4], .stream(4))
        refuse([1, 0, 0x84], .stream(0x84))
        refuse([1, 0, 1, 0x3f], .type(0x3f))
        refuse([1, 0, 1, 0x40], .type(0x40))
        refuse([1, 0, 2, 0x41], .type(0x41))
        refuse([1, 0, 0, 0x41], .type(0x41))
        refuse([1, 0, 3, 0x50], .type(0x50))
    }

    /// The longest frame of each type comes, and one byte more does not, nor is it kept.
    @Test func framesAreNoLongerThanTheirType() throws {
        let longest: [(UInt8, LinkStream, Int)] = [
            (0x50, .link, LinkFrame.longest), (0x41, .votes, Frame.longestOther), (0x48, .votes, Frame.longestOther),
            (0x40, .vertices, 1_024 + Frame.vertexOverhead), (0x46, .history, Frame.longestCommits),
        ]
        for (type, stream, count) in longest {
            var reader = ChunkReader(largestPayload: 1_024)
            var left = count
            while left > 0 {
                let size = min(left, Chunk.longest)
                let content = [UInt8](repeating: type, count: size)
                try reader.read([UInt8(size & 255), UInt8(size >> 8), stream.rawValue | 0x80] + content) { _, _ in }
                left -= size
            }
            #expect(reader.heldBytes == count)
            var last = reader
            #expect(throws: ChunkError.tooLong(type: type)) { try last.read([1, 0, stream.rawValue, 7]) { _, _ in } }
            #expect(last.heldBytes == count)
        }
    }
}
