import CHash
import TestSupport
import Testing

/// Each kernel against the portable one and against libcrypto: random messages of every length up to 300 bytes in
/// batches of every size up to two full groups of lanes and three over.
@Suite struct DifferentialTests {
    /// One batch of random messages, each at any distance from the one before.
    struct Batch {
        let length: Int
        let count: Int
        let stride: Int
        let bytes: [UInt8]

        /// The bytes that the largest batch for so many lanes takes.
        static func capacity(lanes: Int) -> Int {
            (2 * lanes + 3) * (300 + 19)
        }

        init(round: Int, lanes: Int, using generator: inout SeededGenerator) {
            length = round % 301
            count = round % (2 * lanes + 4)
            stride = length + Int.random(in: 0...19, using: &generator)
            let total = count == 0 ? 0 : (count - 1) * stride + length
            var bytes = [UInt8](repeating: 0, count: (total + 7) / 8 * 8)
            bytes.withUnsafeMutableBytes { buffer in
                for at in Swift.stride(from: 0, to: buffer.count, by: 8) {
                    buffer.storeBytes(of: generator.next(), toByteOffset: at, as: UInt64.self)
                }
            }
            bytes.removeLast(bytes.count - total)
            self.bytes = bytes
        }

        /// What libcrypto says of every message, once and twice hashed.
        func expected(_ messages: UnsafePointer<UInt8>) -> (once: [UInt8], twice: [UInt8]) {
            let once = (0..<count).map { librarySHA256(messages + $0 * stride, length) }
            return (Array(once.joined()), once.flatMap { librarySHA256($0) })
        }

        typealias BatchFunction = (
            UnsafePointer<rp_hash_engine>, UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>?, Int, Int, Int
        ) -> Void

        func hashed(_ engine: rp_hash_engine, _ messages: UnsafePointer<UInt8>, _ function: BatchFunction) -> [UInt8] {
            withUnsafePointer(to: engine) { engine in
                digests(count) { function(engine, $0, messages, stride, length, count) }
            }
        }

        typealias Function = (
            UnsafePointer<rp_hash_engine>, UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>?, Int
        ) -> Void

        func hashedOneByOne(
            _ engine: rp_hash_engine, _ messages: UnsafePointer<UInt8>, _ function: Function
        ) -> [UInt8] {
            withUnsafePointer(to: engine) { engine in
                digests(count) { out in
                    for index in 0..<count {
                        function(engine, out + 32 * index, messages + index * stride, length)
                    }
                }
            }
        }
    }

    /// The messages end where readable memory ends, at any alignment.
    @Test(arguments: Kernel.runnable)
    func messagesOfAllLengthsInAllBatchSizes(kernel: Kernel) throws {
        let engine = try kernel.engine()
        let reference = try Kernel.portable.engine()
        guard let memory = GuardedMemory.make(capacity: Batch.capacity(lanes: kernel.lanes)) else {
            Issue.record("no memory with a guard page")
            return
        }
        let seed = 0x6469_6666 + UInt64(kernel.code)
        var generator = SeededGenerator(seed: seed)
        let total = Scale.count(20_000, full: 1_000_000)
        var hashed = 0
        var round = 0
        while hashed < total || round < 301 {
            let batch = Batch(round: round, lanes: kernel.lanes, using: &generator)
            let place: Comment = "seed \(seed), round \(round): \(batch.count) of \(batch.length) bytes"
            let messages = memory.place(batch.bytes)
            let (once, twice) = batch.expected(messages)
            try #require(batch.hashed(engine, messages, rp_hash_sha256_batch) == once, place)
            try #require(batch.hashed(engine, messages, rp_hash_sha256d_batch) == twice, place)
            try #require(batch.hashedOneByOne(reference, messages, rp_hash_sha256) == once, place)
            if kernel.lanes == 1 {
                try #require(batch.hashedOneByOne(engine, messages, rp_hash_sha256) == once, place)
                try #require(batch.hashedOneByOne(engine, messages, rp_hash_sha256d) == twice, place)
            }
            hashed += batch.count
            round += 1
        }
    }

    @Test(arguments: Kernel.runnable)
    func overlappingMessagesAndNone(kernel: Kernel) throws {
        var engine = try kernel.engine()
        var generator = SeededGenerator(seed: 21)
        let count = kernel.lanes + 3
        let bytes = generator.bytes(100 + count)
        for length in [0, 1, 64, 100] {
            for stride in [0, 1] {
                let found = digests(count) { rp_hash_sha256_batch(&engine, $0, bytes, stride, length, count) }
                let expected = (0..<count).flatMap {
                    librarySHA256(Array(bytes[$0 * stride..<$0 * stride + length]))
                }
                #expect(found == expected, "\(length) bytes every \(stride)")
            }
        }
        let empty = digests(count) { rp_hash_sha256_batch(&engine, $0, nil, 0, 0, count) }
        #expect(empty == (0..<count).flatMap { _ in librarySHA256([]) })
    }
}
