import CHash
import Testing

@Suite struct KernelSelectionTests {
    @Test func everyKernelPassesItsSelfTestOrIsAbsent() {
        for kernel in Kernel.native {
            let status = rp_hash_kernel_status(kernel.value)
            #expect(status == RP_HASH_OK || status == RP_HASH_UNSUPPORTED, "\(kernel.name): \(status.rawValue)")
        }
        #expect(rp_hash_kernel_status(RP_HASH_PORTABLE) == RP_HASH_OK)
        let skipped = Kernel.native.filter { rp_hash_kernel_status($0.value) == RP_HASH_UNSUPPORTED }
        print("CHash tests run on: " + Kernel.runnable.map(\.name).joined(separator: ", "))
        print("CHash kernels skipped, this CPU lacks them: " + skipped.map(\.name).joined(separator: ", "))
    }

    @Test func emulationCoversBothSHAKernels() {
        #if arch(x86_64)
            #expect(Kernel.emulated.map(\.value) == [RP_HASH_SHANI, RP_HASH_SHANI_X2])
        #else
            #expect(Kernel.emulated.isEmpty)
        #endif
    }

    @Test func bestEngineIsUsable() {
        var best = rp_hash_best()
        let single = rp_hash_single_kernel(&best)
        let batch = rp_hash_batch_kernel(&best)
        #expect(rp_hash_kernel_status(single) == RP_HASH_OK)
        #expect(rp_hash_kernel_status(batch) == RP_HASH_OK)
        #expect(rp_hash_kernel_lanes(single) == 1)
        #expect(rp_hash_kernel_lanes(batch) >= 1)
    }

    @Test func namesAndLanes() {
        let expected: [(String, Int)] = [
            ("portable", 1), ("avx2", 1), ("sha-ni", 1), ("sha-ni-x2", 2), ("avx2-x8", 8), ("avx512-x16", 16),
        ]
        #expect(Kernel.native.map(\.name) == expected.map(\.0))
        #expect(Kernel.native.map(\.lanes) == expected.map(\.1))
        #expect(Kernel.native.allSatisfy { $0.lanes <= Int(RP_HASH_MAX_LANES) })
        for kernel in Kernel.native {
            guard let ops = rp_hash_kernel_ops(kernel.value) else {
                #expect(rp_hash_kernel_status(kernel.value) == RP_HASH_UNSUPPORTED)
                continue
            }
            #expect(ops.pointee.kernel == kernel.value)
            #expect(String(cString: ops.pointee.name) == kernel.name)
            #expect(Int(ops.pointee.lanes) == kernel.lanes)
        }
    }

    @Test(arguments: [UInt32(RP_HASH_KERNEL_COUNT), 77, .max])
    func unknownKernelsAreRefused(code: UInt32) {
        let unknown = rp_hash_kernel(rawValue: code)
        #expect(rp_hash_kernel_status(unknown) == RP_HASH_UNKNOWN_KERNEL)
        #expect(String(cString: rp_hash_kernel_name(unknown)) == "unknown")
        #expect(rp_hash_kernel_lanes(unknown) == 0)
        #expect(rp_hash_kernel_ops(unknown) == nil)
        expectRefusal(RP_HASH_UNKNOWN_KERNEL, single: unknown, batch: RP_HASH_PORTABLE)
        expectRefusal(RP_HASH_UNKNOWN_KERNEL, single: RP_HASH_PORTABLE, batch: unknown)
    }

    @Test func forcedEnginesAreThoseNamed() {
        for single in Kernel.native {
            for batch in Kernel.native {
                let statuses = [single, batch].map { rp_hash_kernel_status($0.value) }
                if let refusal = statuses.first(where: { $0 != RP_HASH_OK }) {
                    expectRefusal(refusal, single: single.value, batch: batch.value)
                } else if single.lanes != 1 {
                    expectRefusal(RP_HASH_WRONG_LANES, single: single.value, batch: batch.value)
                } else {
                    var engine = rp_hash_best()
                    #expect(rp_hash_force(&engine, single.value, batch.value) == RP_HASH_OK)
                    #expect(rp_hash_single_kernel(&engine) == single.value)
                    #expect(rp_hash_batch_kernel(&engine) == batch.value)
                }
            }
        }
    }

    /// A refusal has the right reason and leaves the engine as it was.
    private func expectRefusal(_ reason: rp_hash_status, single: rp_hash_kernel, batch: rp_hash_kernel) {
        let before = rp_hash_best()
        var engine = before
        #expect(rp_hash_force(&engine, single, batch) == reason, "\(single.rawValue), \(batch.rawValue)")
        #expect(engine.single == before.single && engine.batch == before.batch)
    }
}
