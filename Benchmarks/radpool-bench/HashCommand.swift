import ArgumentParser
import CBaselines
import CHash
import Shares

/// `radpool-bench hash`: every kernel of CHash, nanoseconds a compression, against libcrypto's bulk SHA-256.
struct HashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "SHA-256 kernels against libcrypto's bulk speed, nanoseconds a compression.")

    @OptionGroup var options: BenchOptions

    func run() throws {
        let (harness, report) = options.session("SHA-256 kernels")
        report.begin()
        let best = ShareValidator().batchKernel
        for kernel in SHA256Kernel.allCases {
            guard kernel.isAvailable else {
                if !report.json { print("hash.\(kernel.name): skipped, this CPU lacks it") }
                continue
            }
            let goal = kernel == best ? (kernel == .avx512x16 ? 1.8 : 1.4) : nil
            try report.add(
                Figure(
                    "hash.\(kernel.name)", harness.compare(fresh(kernel), with: bulk), unit: "ns", against: Self.bulk,
                    kernel: kernel.name, goal: goal))
            try report.add(
                Figure(
                    "hash.\(kernel.name).scheduled", harness.compare(scheduled(kernel), with: bulk), unit: "ns",
                    against: Self.bulk, kernel: kernel.name))
        }
        try report.add(
            Figure(
                "hash.batch-api", harness.compare(batch, with: bulk), unit: "ns", against: Self.bulk,
                kernel: best.name))
        try report.add(
            Figure(
                "hash.scan", harness.compare(scan, with: scanLimit(best)), unit: "ns/nonce",
                against: "kernel loop of the same 1 + 1 compressions", kernel: best.name))
    }

    /// Nonces of one header that meet nothing: what a CPU miner does.
    private var scan: Harness.Work {
        let header = [UInt8](repeating: 0x5a, count: 80)
        let never = [UInt8](repeating: 0, count: 32)
        return Harness.Work(units: 4096) { repetitions in
            var engine = rp_hash_best()
            var nonce: UInt32 = 0
            var hash = [UInt8](repeating: 0, count: 32)
            for _ in 0..<repetitions {
                blackHole(rp_hash_scan_nonces(&engine, &nonce, &hash, header, never, 0, 4096) ? 1 : 0)
            }
        }
    }

    /// The kernel alone doing the two compressions of one nonce.
    private func scanLimit(_ kernel: SHA256Kernel) -> Harness.Work {
        Harness.Work(units: kernel.lanes) { rp_bench_kernel_loop(kernel.raw, 1, 1, 0, $0) }
    }

    private static let bulk = "libcrypto SHA256() over 64 KiB"

    /// Compressions of fresh blocks in all lanes.
    private func fresh(_ kernel: SHA256Kernel) -> Harness.Work {
        Harness.Work(units: 64 * kernel.lanes) { rp_bench_kernel_loop(kernel.raw, 64, 0, 0, $0) }
    }

    /// Compressions of a block with a known schedule in all lanes.
    private func scheduled(_ kernel: SHA256Kernel) -> Harness.Work {
        Harness.Work(units: 64 * kernel.lanes) { rp_bench_kernel_loop(kernel.raw, 0, 0, 64, $0) }
    }

    /// The batch entry over 80-byte messages: two compressions each, loading and padding included.
    private var batch: Harness.Work {
        let count = 1024
        let messages = (0..<80 * count).map { UInt8(truncatingIfNeeded: $0 &* 167) }
        return Harness.Work(units: 2 * count) { repetitions in
            var engine = rp_hash_best()
            var out = [UInt8](repeating: 0, count: 32 * count)
            for _ in 0..<repetitions {
                rp_hash_sha256_batch(&engine, &out, messages, 80, 80, count)
            }
        }
    }

    private var bulk: Harness.Work {
        let bytes = [UInt8](repeating: 0xa5, count: 65_536)
        return Harness.Work(units: 1024) { rp_bench_libcrypto_bulk(bytes, bytes.count, $0) }
    }
}

extension SHA256Kernel {
    /// The kernel as CHash names it.
    var raw: rp_hash_kernel {
        rp_hash_kernel(rawValue: rawValue)
    }
}
