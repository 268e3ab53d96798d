import ArgumentParser
import Bitcoin
import CBaselines
import CHash
import Dispatch
import Shares

/// `radpool-bench shares`: share validation against the pure kernel loop as the limit, and against libcrypto.
struct SharesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shares",
        abstract: "Share validation (12 branches, coinbase of 250 bytes) against the kernel loop and libcrypto.")

    @OptionGroup var options: BenchOptions

    func run() throws {
        let (harness, report) = options.session("Share validation, 12 branches, coinbase of 250 bytes")
        let fixture = try ShareFixture()
        let validator = ShareValidator()
        let cost = fixture.works[0].compressions
        try checkAgreement(fixture, validator)
        report.begin()
        let batch = batchWork(fixture, validator)
        let limit = "kernel loop of the same \(cost.fresh) + \(cost.digests) + \(cost.scheduled) compressions"
        try report.add(
            Figure(
                "shares.batch", harness.compare(batch, with: loop(validator.batchKernel, cost)), unit: "ns/share",
                against: limit, kernel: validator.batchKernel.name, goal: 0.90))
        try report.add(
            Figure(
                "shares.single",
                harness.compare(singleWork(fixture, validator), with: loop(validator.singleKernel, cost)),
                unit: "ns/share", against: limit, kernel: validator.singleKernel.name, goal: 0.85))
        try report.add(
            Figure(
                "shares.batch.libcrypto", harness.compare(batch, with: oneShotWork(fixture)), unit: "ns/share",
                against: "the same validation with one-shot SHA256()", kernel: validator.batchKernel.name, goal: 8))
        try report.add(threads(1, fixture, validator, baseline: nil))
        try report.add(threads(2, fixture, validator, baseline: median(rates(1, fixture, validator))))
    }

    /// Refuses to measure paths that disagree.
    private func checkAgreement(_ fixture: ShareFixture, _ validator: ShareValidator) throws {
        let batch = validator.judge(batch: fixture.submissions)
        guard zip(fixture.submissions, batch).allSatisfy({ validator.judge($0) == $1 }) else {
            throw ValidationError("single and batch validation disagree")
        }
        var agrees = false
        fixture.oneShot { share, submission in
            var out = [UInt8](repeating: 0, count: 32)
            rp_bench_one_shot(&share, &out, submission.extranonce.bytes, submission.roll.nonce)
            agrees = out == batch[0].hash.bytes
        }
        guard agrees else { throw ValidationError("the libcrypto baseline computes another hash") }
    }

    /// The kernel alone doing the compressions of one share a lane: the limit of validation.
    private func loop(_ kernel: SHA256Kernel, _ cost: Compressions) -> Harness.Work {
        Harness.Work(units: kernel.lanes) {
            rp_bench_kernel_loop(kernel.raw, cost.fresh, cost.digests, cost.scheduled, $0)
        }
    }

    private func batchWork(_ fixture: ShareFixture, _ validator: ShareValidator) -> Harness.Work {
        Harness.Work(units: ShareFixture.shareCount) { repetitions in
            var results: [ShareResult] = []
            for _ in 0..<repetitions {
                validator.judge(batch: fixture.submissions, into: &results)
                blackHole(results.count)
            }
        }
    }

    private func singleWork(_ fixture: ShareFixture, _ validator: ShareValidator) -> Harness.Work {
        Harness.Work(units: 64) { repetitions in
            for _ in 0..<repetitions {
                for index in 0..<64 {
                    blackHole(Int(validator.judge(fixture.submissions[index]).verdict.rawValue))
                }
            }
        }
    }

    private func oneShotWork(_ fixture: ShareFixture) -> Harness.Work {
        Harness.Work(units: 64) { repetitions in
            fixture.oneShot { share, submission in
                let extranonce = submission.extranonce.bytes
                var out = [UInt8](repeating: 0, count: 32)
                for index in 0..<64 * repetitions {
                    rp_bench_one_shot(&share, &out, extranonce, UInt32(truncatingIfNeeded: index))
                }
                blackHole(Int(out[0]))
            }
        }
    }

    // MARK: Threads

    private func threads(
        _ count: Int, _ fixture: ShareFixture, _ validator: ShareValidator, baseline: Double?
    ) -> Figure {
        Figure(
            "shares.threads\(count)", rates: rates(count, fixture, validator), baseline: baseline, unit: "shares/s",
            against: baseline == nil ? "" : "one thread", kernel: validator.batchKernel.name)
    }

    /// Shares a second of wall time over `count` threads, run by run.
    private func rates(_ count: Int, _ fixture: ShareFixture, _ validator: ShareValidator) -> [Double] {
        let passes = max(1, options.slice)
        let clock = ContinuousClock()
        return (0..<max(5, options.runs / 4)).map { _ in
            let taken = clock.measure {
                DispatchQueue.concurrentPerform(iterations: count) { _ in
                    var results: [ShareResult] = []
                    for _ in 0..<passes {
                        validator.judge(batch: fixture.submissions, into: &results)
                        blackHole(results.count)
                    }
                }
            }
            return Double(count * passes * ShareFixture.shareCount) / (taken / .seconds(1))
        }
    }
}

/// Keeps the optimiser from dropping a result.
@inline(never)
func blackHole(_ value: Int) {
    precondition(value >= 0)
}
