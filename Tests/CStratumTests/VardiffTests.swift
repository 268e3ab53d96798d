import CStratum
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Levels from the rate of shares. Arrivals are simulated as a Poisson process from a seed.
@Suite("CStratum vardiff")
struct VardiffTests {
    private var config = rp_stratum_vardiff_config(
        share_interval: UInt32(RP_STRATUM_DEFAULT_SHARE_INTERVAL), range: allLevels)

    /// A miner and its pool: shares at 2^(ideal - level) a target interval.
    private struct Simulation {
        var config: rp_stratum_vardiff_config
        var vardiff = rp_stratum_vardiff()
        var generator: SeededGenerator
        var now: Double = 0
        var shares = 0
        var changes: [(time: Double, level: UInt8)] = []

        init(_ config: rp_stratum_vardiff_config, start: UInt8, seed: UInt64) {
            self.config = config
            generator = SeededGenerator(seed: seed)
            rp_stratum_vardiff_set(&vardiff, &self.config, start, 0)
        }

        /// Mines for `seconds`; a tick every 15 s. `ideal` is the level that gives one share an interval.
        mutating func mine(_ seconds: Double, ideal: Double) {
            let end = now + seconds * 1_000
            var tick = now + 15_000
            while now < end {
                let level = vardiff.level
                let mean = Double(config.share_interval) * exp2(Double(level) - ideal)
                let uniform = Double(generator.next() >> 11) / 9_007_199_254_740_992
                let next = now - mean * log(1 - uniform)
                // The process has no memory, so an arrival behind the tick is drawn anew from there.
                if next < tick {
                    now = next
                    shares += 1
                    _ = rp_stratum_vardiff_share(&vardiff, &config, level, UInt64(now))
                } else {
                    now = tick
                    tick += 15_000
                    _ = rp_stratum_vardiff_tick(&vardiff, &config, UInt64(now))
                }
                if vardiff.level != level { changes.append((now, vardiff.level)) }
            }
        }
    }

    @Test("a rate within the band is left alone: hardly a change in a day", arguments: [-0.4, -0.2, 0, 0.2, 0.4])
    func steady(offset: Double) {
        var changes = 0
        let runs = Scale.count(20, full: 400)
        for seed in 0..<UInt64(runs) {
            var simulation = Simulation(config, start: 80, seed: seed)
            simulation.mine(86_400, ideal: 80 + offset)
            changes += simulation.changes.count
            #expect(abs(Double(simulation.vardiff.level) - 80) <= 1, "seed \(seed)")
        }
        // The band's bounds are crossed by chance at its edge only, where both levels are as good.
        #expect(changes <= runs / 2, "\(changes) changes in \(runs) days")
    }

    @Test("from any start the level comes to the rate and stays", arguments: [40.0, 60, 79.5, 80, 83, 95, 110])
    func convergence(ideal: Double) {
        for seed in 0..<UInt64(Scale.count(10, full: 200)) {
            var simulation = Simulation(config, start: 80, seed: seed)
            simulation.mine(7_200, ideal: ideal)
            #expect(abs(Double(simulation.vardiff.level) - ideal) <= 1.6, "seed \(seed): \(simulation.vardiff.level)")
            let settled = simulation.changes.count
            simulation.mine(43_200, ideal: ideal)
            #expect(simulation.changes.count - settled <= 3, "seed \(seed)")
            #expect(abs(Double(simulation.vardiff.level) - ideal) <= 1.3, "seed \(seed): \(simulation.vardiff.level)")
        }
    }

    @Test("hostile 18: a flood at a low level is over after few shares")
    func quickJump() {
        for seed in 0..<UInt64(100) {
            var simulation = Simulation(config, start: 40, seed: seed)
            simulation.mine(600, ideal: 80)
            #expect(simulation.shares < 250, "seed \(seed): \(simulation.shares) shares in ten minutes")
            #expect(simulation.vardiff.level >= 78, "seed \(seed)")
        }
    }

    @Test("the first jump comes with the eighth share, however quick the shares are")
    mutating func firstJump() {
        var vardiff = rp_stratum_vardiff()
        rp_stratum_vardiff_set(&vardiff, &config, 64, 1_000)
        for _ in 0..<7 { #expect(rp_stratum_vardiff_share(&vardiff, &config, 64, 1_000) == 64) }
        // 7 intervals of 10 s in less than a millisecond: 2^16.1 times too quick.
        #expect(rp_stratum_vardiff_share(&vardiff, &config, 64, 1_000) == 80)
    }

    @Test("silence lowers the level, again and again, down to the bottom")
    mutating func silence() {
        var vardiff = rp_stratum_vardiff()
        rp_stratum_vardiff_set(&vardiff, &config, 70, 0)
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, 130_249) == 70)
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, 130_250) == 66)
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, 260_499) == 66)
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, 260_500) == 62)
        // Silence counts for 2^40 ms at most: 2^26.7 intervals.
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, 1 << 50) == 35)
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, .max) == UInt8(RP_SHARE_LEVEL_MIN))
        #expect(rp_stratum_vardiff_tick(&vardiff, &config, 0) == UInt8(RP_SHARE_LEVEL_MIN))
    }

    @Test("levels keep to the range, and shares of other levels do not count")
    mutating func bounds() {
        config.range = rp_stratum_level_range(minimum: 60, maximum: 66)
        var vardiff = rp_stratum_vardiff()
        rp_stratum_vardiff_set(&vardiff, &config, 127, 0)
        #expect(vardiff.level == 66)
        rp_stratum_vardiff_set(&vardiff, &config, 0, 0)
        #expect(vardiff.level == 60)
        for _ in 0..<100 { #expect(rp_stratum_vardiff_share(&vardiff, &config, 59, 5) == 60) }
        for _ in 0..<8 { _ = rp_stratum_vardiff_share(&vardiff, &config, 60, 5) }
        #expect(vardiff.level == 66)
        for _ in 0..<50 { _ = rp_stratum_vardiff_share(&vardiff, &config, 66, 6) }
        #expect(vardiff.level == 66)
    }

    @Test("the band is the header's table: eight shares just early or just in time")
    mutating func band() {
        for (count, fast): (Int, UInt64) in [(8, 9_810), (16, 36_530), (32, 106_680), (64, 271_690), (128, 637_330)] {
            for (time, raises) in [(fast - 1, true), (fast, false)] {
                var vardiff = rp_stratum_vardiff()
                rp_stratum_vardiff_set(&vardiff, &config, 64, 0)
                // The shares before the last come at an even pace, which is below the bounds on the way.
                for share in 1..<count {
                    let even = 10_000 * UInt64(share)
                    #expect(rp_stratum_vardiff_share(&vardiff, &config, 64, even) == 64)
                }
                #expect((rp_stratum_vardiff_share(&vardiff, &config, 64, time) > 64) == raises, "\(count) \(time)")
            }
        }
        for (count, slow): (Int, UInt64) in [(0, 130_250), (1, 166_260), (2, 196_970), (3, 251_480), (9, 519_590)] {
            for (time, lowers) in [(slow - 1, false), (slow, true)] {
                var vardiff = rp_stratum_vardiff()
                rp_stratum_vardiff_set(&vardiff, &config, 64, 0)
                for share in 0..<count {
                    _ = rp_stratum_vardiff_share(&vardiff, &config, 64, 10_000 * UInt64(share + 1))
                }
                #expect((rp_stratum_vardiff_tick(&vardiff, &config, time) < 64) == lowers, "\(count) \(time)")
            }
        }
    }

    @Test("hostile 30: a bucket gives its capacity at once, then its rate, and no more than its capacity after a pause")
    func bucket() {
        var config = rp_stratum_bucket_config(capacity: 10, per_minute: 30)
        var bucket = rp_stratum_bucket()
        rp_stratum_bucket_init(&bucket, &config, 100)
        for _ in 0..<10 { #expect(rp_stratum_bucket_take(&bucket, &config, 1, 100)) }
        #expect(!rp_stratum_bucket_take(&bucket, &config, 1, 100))
        #expect(!rp_stratum_bucket_take(&bucket, &config, 1, 2_099))
        #expect(rp_stratum_bucket_take(&bucket, &config, 1, 2_100))
        #expect(!rp_stratum_bucket_take(&bucket, &config, 1, 0))
        #expect(!rp_stratum_bucket_take(&bucket, &config, 11, .max))
        #expect(rp_stratum_bucket_take(&bucket, &config, 10, .max))
        #expect(!rp_stratum_bucket_take(&bucket, &config, 1, .max))
        config = rp_stratum_bucket_config(capacity: 2, per_minute: 0)
        rp_stratum_bucket_init(&bucket, &config, 0)
        #expect(rp_stratum_bucket_take(&bucket, &config, 2, 0))
        #expect(!rp_stratum_bucket_take(&bucket, &config, 1, .max))
        #expect(rp_stratum_bucket_take(&bucket, &config, 0, .max))
    }
}
