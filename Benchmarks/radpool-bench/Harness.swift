import CBaselines

/// Times two pieces of work in turn, A B B A A B ..., so that a change of the machine's speed hits both alike.
struct Harness {
    /// Pairs of runs that count.
    let runs: Int
    /// About how long one run lasts, nanoseconds of CPU time.
    let sliceNanoseconds: UInt64

    /// A piece of work that can be repeated: `body(n)` does it n times; `units` is how many units one time counts.
    struct Work {
        let units: Int
        let body: (Int) -> Void
    }

    /// Times of a subject and its baseline, nanoseconds a unit, run by run.
    struct Pair {
        let subject: [Double]
        let baseline: [Double]

        /// Median of the ratios baseline / subject of each pair of runs.
        var ratio: Double {
            median(zip(baseline, subject).map { $0 / $1 })
        }
    }

    /// Warms up, finds how many repetitions fill a slice, and takes the runs in turn.
    func compare(_ subject: Work, with baseline: Work) -> Pair {
        let counts = (repetitions(subject), repetitions(baseline))
        var times: (subject: [Double], baseline: [Double]) = ([], [])
        for run in 0..<runs {
            // Who goes first changes from run to run, so that a machine that slows down or speeds up favours neither.
            if run.isMultiple(of: 2) {
                times.subject.append(time(subject, counts.0))
                times.baseline.append(time(baseline, counts.1))
            } else {
                times.baseline.append(time(baseline, counts.1))
                times.subject.append(time(subject, counts.0))
            }
        }
        return Pair(subject: times.subject, baseline: times.baseline)
    }

    /// CPU time of the thread per unit, nanoseconds.
    private func time(_ work: Work, _ count: Int) -> Double {
        let start = rp_bench_thread_time()
        work.body(count)
        return Double(rp_bench_thread_time() - start) / Double(count * work.units)
    }

    private func repetitions(_ work: Work) -> Int {
        var count = 1
        while true {
            let start = rp_bench_thread_time()
            work.body(count)
            let taken = rp_bench_thread_time() - start
            if taken >= sliceNanoseconds / 4 {
                return max(1, Int(UInt64(count) * sliceNanoseconds / max(taken, 1)))
            }
            count *= 2
        }
    }
}

/// The middle value; the mean of the two middle ones for an even count.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
