import Bitcoin
import CHash
import CHashEmulated
import CShares
import TestSupport
import Testing

/// The two-lane path of fold.c on CPUs without SHA extensions: the SHA-NI kernels with their instructions emulated.
@Suite("CShares over the emulated SHA-NI kernels")
struct EmulatedKernelTests {
    /// Works of two shapes under three jobs, in memory that lives as long as the fixture.
    private final class Fixture {
        private var memory: [UnsafeMutableRawPointer] = []
        private(set) var works: [OpaquePointer] = []

        init() throws {
            var generator = SeededGenerator(seed: 80)
            for (branchCount, suffixLength) in [(3, 100), (3, 100), (5, 30)] {
                let job = allocate(rp_core_job_size())
                let hashes = generator.bytes(32 * 8)
                let suffix = generator.bytes(suffixLength)
                let status = hashes.withUnsafeBufferPointer { hashes in
                    suffix.withUnsafeBufferPointer { suffix in
                        guard let base = hashes.baseAddress else { return RP_CORE_BAD_LAYOUT }
                        var params = rp_core_job_params(
                            version: 0x2000_0000, version_mask: 0x1fff_e000, compact_target: 0x207f_ffff,
                            previous_hash32: base, branch32s: base + 32, branch_count: branchCount, prefix_length: 80,
                            suffix: suffix.baseAddress, suffix_length: suffix.count)
                        return rp_core_job_init(job, rp_core_job_size(), &params)
                    }
                }
                try #require(status == RP_CORE_OK)
                let work = allocate(rp_core_work_size())
                var engine = rp_hash_best()
                let made = rp_core_work_init(
                    work, rp_core_work_size(), &engine, OpaquePointer(job), generator.bytes(80))
                try #require(made == RP_CORE_OK)
                works.append(OpaquePointer(work))
            }
        }

        private func allocate(_ size: Int) -> UnsafeMutableRawPointer {
            memory.append(.allocate(byteCount: size, alignment: Int(RP_SHARE_ALIGN)))
            return memory[memory.count - 1]
        }

        deinit {
            for block in memory {
                block.deallocate()
            }
        }
    }

    @Test("one lane and two agree with the portable kernel, jobs mixed")
    func agree() throws {
        guard let single = rp_hash_emulated_ops(RP_HASH_SHANI), let batch = rp_hash_emulated_ops(RP_HASH_SHANI_X2)
        else {
            print("skipped: the emulated SHA-NI kernels are for x86-64")
            return
        }
        var emulated = rp_hash_engine(single: single, batch: batch)
        var portable = rp_hash_best()
        try #require(rp_hash_force(&portable, RP_HASH_PORTABLE, RP_HASH_PORTABLE) == RP_HASH_OK)
        let fixture = try Fixture()
        var generator = SeededGenerator(seed: 81)
        for count in 0..<Scale.count(20, full: 200) {
            let candidates = (0..<count).map { _ in
                var candidate = rp_core_candidate(
                    work: fixture.works.randomElement(using: &generator)!,
                    extranonce12: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                    ntime: UInt32(truncatingIfNeeded: generator.next()),
                    nonce: UInt32(truncatingIfNeeded: generator.next()),
                    version_bits: UInt32(truncatingIfNeeded: generator.next()))
                withUnsafeMutableBytes(of: &candidate.extranonce12) { $0.copyBytes(from: generator.bytes(12)) }
                return candidate
            }
            var hashes = [UInt8](repeating: 0, count: 32 * count)
            var expected = hashes
            rp_core_hash_batch(&emulated, &hashes, candidates, count)
            rp_core_hash_batch(&portable, &expected, candidates, count)
            #expect(hashes == expected, "\(count) candidates")
            for (index, candidate) in candidates.enumerated() {
                var candidate = candidate
                var hash = [UInt8](repeating: 0, count: 32)
                rp_core_hash(&emulated, &hash, &candidate)
                #expect(hash == Array(expected[32 * index..<32 * index + 32]))
            }
        }
        withExtendedLifetime(fixture) {}
    }
}
