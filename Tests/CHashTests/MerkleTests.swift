import CHash
import TestSupport
import Testing

@Suite struct MerkleTests {
    @Test(arguments: Kernel.singles)
    func aStepIsTheDoubleHashOfBoth(kernel: Kernel) throws {
        var engine = try kernel.engine()
        let seed: UInt64 = 11
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Scale.count(200, full: 5_000) {
            let left = generator.bytes(32)
            let right = generator.bytes(32)
            let expected = librarySHA256d(left + right)
            try #require(engine.merkleStep(left, right) == expected, "seed \(seed), round \(round)")
            var both = left + right
            both.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                rp_hash_merkle_step(&engine, base, base, base + 32)
            }
            try #require(both == expected + right, "output on the left, seed \(seed), round \(round)")
            both = left + right
            both.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                rp_hash_merkle_step(&engine, base + 32, base, base + 32)
            }
            try #require(both == left + expected, "output on the right, seed \(seed), round \(round)")
        }
    }

    @Test(arguments: Kernel.singles)
    func aFoldIsOneStepAfterTheOther(kernel: Kernel) throws {
        let engine = try kernel.engine()
        var generator = SeededGenerator(seed: 12)
        for depth in 0...20 {
            let leaf = generator.bytes(32)
            let branch = (0..<depth).map { _ in generator.bytes(32) }
            let expected = branch.reduce(leaf) { librarySHA256d($0 + $1) }
            try #require(engine.merkleFold(leaf, Array(branch.joined())) == expected, "depth \(depth)")
        }
        var leaf = generator.bytes(32)
        let before = leaf
        withUnsafePointer(to: engine) { rp_hash_merkle_fold($0, &leaf, nil, 0) }
        #expect(leaf == before)
    }

    @Test(arguments: Kernel.runnable)
    func aLevelHashesEachPair(kernel: Kernel) throws {
        var engine = try kernel.engine()
        var generator = SeededGenerator(seed: 13)
        guard let memory = GuardedMemory.make(capacity: 64 * 40) else {
            Issue.record("no memory with a guard page")
            return
        }
        for pairs in 0...40 {
            let nodes = generator.bytes(64 * pairs)
            let expected = (0..<pairs).flatMap { librarySHA256d(Array(nodes[64 * $0..<64 * $0 + 64])) }
            try #require(engine.merkleLevel(memory.place(nodes), pairs) == expected, "\(pairs) pairs")

            var inPlace = nodes + [0x77]
            inPlace.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                rp_hash_merkle_level(&engine, base, base, pairs)
            }
            try #require(Array(inPlace[..<(32 * pairs)]) == expected, "\(pairs) pairs in place")
            try #require(
                inPlace[(32 * pairs)...] == (nodes + [0x77])[(32 * pairs)...], "\(pairs) pairs: past the output")
        }
    }
}
