import Bitcoin
import CShares
import TestSupport
import Testing

/// Targets of CShares against the Bitcoin module's 256-bit integers.
@Suite("CShares targets")
struct TargetTests {
    private func value(_ target: rp_share_target) -> UInt256 {
        let limbs = target.limbs
        return UInt256(
            high: UInt128(limbs.3) << 64 | UInt128(limbs.2), low: UInt128(limbs.1) << 64 | UInt128(limbs.0))
    }

    @Test("every level's target is 0xFFFF * 2^(272 - level); other levels have none")
    func levels() {
        for level in UInt8.min...UInt8.max {
            var target = rp_share_target()
            let known = rp_share_target_from_level(&target, level)
            #expect(known == (33...127).contains(level), "\(level)")
            if known {
                #expect(value(target) == UInt256(UInt16(0xffff)).shiftedLeft(by: 272 - Int(level)))
                #expect(value(target) == Target(shareLevel: level)?.value)
            }
        }
    }

    @Test("nBits decode as the Bitcoin module decodes them")
    func compact() {
        var generator = SeededGenerator(seed: 60)
        var decoded = 0
        for _ in 0..<Scale.count(20_000, full: 2_000_000) {
            var bits = UInt32(truncatingIfNeeded: generator.next())
            // Half of the sizes are near the bounds, where overflow and truncation are decided.
            if generator.next() % 2 == 0 {
                let sizes: [UInt32] = [0, 1, 2, 3, 4, 31, 32, 33, 34, 35]
                bits = bits & 0x00ff_ffff | sizes.randomElement(using: &generator)! << 24
            }
            var target = rp_share_target()
            let known = rp_share_target_from_compact(&target, bits)
            let expected = try? CompactTarget(rawValue: bits).target()
            let usable = expected.map { $0.value != .zero } ?? false
            #expect(known == usable, "\(String(bits, radix: 16))")
            if known {
                decoded += 1
                #expect(value(target) == expected?.value, "\(String(bits, radix: 16))")
            }
        }
        #expect(decoded > 1_000)
    }

    @Test("a hash equal to the target meets it, one above does not, in every limb")
    func comparison() {
        var generator = SeededGenerator(seed: 61)
        for _ in 0..<Scale.count(2_000, full: 200_000) {
            let words = (0..<4).map { _ in generator.next() }
            var target = rp_share_target()
            target.limbs = (words[0], words[1], words[2], words[3])
            let number = value(target)
            #expect(rp_share_target_met(&target, number.hash.bytes))
            for bit in [0, 63, 64, 127, 128, 191, 192, 255] {
                let step = UInt256(UInt8(1)).shiftedLeft(by: bit)
                let above = number.addingReportingOverflow(step)
                if !above.overflow {
                    #expect(!rp_share_target_met(&target, above.partialValue.hash.bytes), "bit \(bit)")
                }
                let below = number.subtractingReportingOverflow(step)
                if !below.overflow {
                    #expect(rp_share_target_met(&target, below.partialValue.hash.bytes), "bit \(bit)")
                }
            }
        }
    }
}
