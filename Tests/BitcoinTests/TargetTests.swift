import Bitcoin
import TestSupport
import Testing

@Suite struct TargetTests {
    private func target(_ bits: UInt32) throws -> Target {
        try CompactTarget(rawValue: bits).target()
    }

    // The cases of Bitcoin Core's arith_uint256 tests.
    @Test func readsAndWritesCompactTargetsAsCoreDoes() throws {
        let cases: [(UInt32, UInt64, UInt32)] = [
            (0x0112_3456, 0x12, 0x0112_0000), (0x0212_3456, 0x1234, 0x0212_3400),
            (0x0312_3456, 0x12_3456, 0x0312_3456), (0x0412_3456, 0x1234_5600, 0x0412_3456),
            (0x0500_9234, 0x9234_0000, 0x0500_9234), (0x0200_8000, 0x80, 0x0200_8000),
        ]
        for (bits, value, written) in cases {
            let target = try target(bits)
            #expect(target.value == UInt256(value))
            #expect(CompactTarget(target).rawValue == written)
        }
        let large = try target(0x2012_3456)
        #expect(large.value == UInt256(UInt32(0x12_3456)).shiftedLeft(by: 232))
        #expect(CompactTarget(large).rawValue == 0x2012_3456)
        #expect(CompactTarget(Target(value: .zero)).rawValue == 0)
        #expect(CompactTarget(Target(value: .max)).rawValue == 0x2100_ffff)
    }

    @Test func refusesWhatIsNoTarget() {
        let zeros: [UInt32] = [
            0, 0x0012_3456, 0x0100_3456, 0x0200_0056, 0x0300_0000, 0x0400_0000, 0x0092_3456, 0x0180_3456,
            0x0280_0056, 0x0380_0000, 0x0480_0000,
        ]
        for bits in zeros {
            #expect(throws: CompactTargetError.zero) { try target(bits) }
        }
        for bits: UInt32 in [0x01fe_dcba, 0x0492_3456] {
            #expect(throws: CompactTargetError.negative) { try target(bits) }
        }
        for bits: UInt32 in [0xff12_3456, 0x2112_3456, 0x2200_1234, 0x2300_0012] {
            #expect(throws: CompactTargetError.overflow) { try target(bits) }
        }
        #expect(throws: Never.self) { try target(0x2100_ffff) }
        #expect(throws: Never.self) { try target(0x2200_00ff) }
    }

    @Test func compactFormIsAFixedPoint() throws {
        for seed in 0..<UInt64(Scale.count(500, full: 50_000)) {
            var generator = SeededGenerator(seed: seed)
            let bits = UInt32(truncatingIfNeeded: generator.next()) & 0x1fff_ffff
            guard let first = try? target(bits) else {
                continue
            }
            #expect(try target(CompactTarget(first).rawValue) == first, "seed \(seed)")
        }
    }

    @Test func countsWorkExactly() throws {
        #expect(try target(0x1d00_ffff).work.description == "4295032833")
        #expect(try target(0x207f_ffff).work.description == "2")
        #expect(Target(value: .max).work.description == "1")
        #expect(Target(value: .zero).work == .max)
        #expect(Target(value: UInt256(UInt8(1))).work == UInt256(UInt8(1)).shiftedLeft(by: 255))
    }

    @Test func writesDifficultyWithoutRounding() throws {
        #expect(try target(0x1d00_ffff).difficulty.decimal(fractionDigits: 3) == "1.000")
        #expect(try target(0x1b04_04cb).difficulty.decimal(fractionDigits: 8) == "16307.42093852")
        #expect(try target(0x1b04_04cb).difficulty.floor.description == "16307")
        #expect(try target(0x1b04_04cb).difficulty.decimal(fractionDigits: 0) == "16307")
        #expect(try target(0x207f_ffff).difficulty.decimal(fractionDigits: 16) == "0.0000000004656542")
        #expect(Target(value: .max).difficulty.decimal(fractionDigits: 14) == "0.00000000023282")
        #expect(Target(value: .zero).difficulty.floor == .max)
    }

    @Test func shareLevelsArePowersOfTwo() throws {
        #expect(Target(shareLevel: 64) == .difficultyOne)
        #expect(Target(shareLevel: 32) == nil)
        #expect(Target(shareLevel: 128) == nil)
        for level in Target.shareLevels {
            let target = try #require(Target(shareLevel: level))
            let shifted = Target.difficultyOne.value.shiftedLeft(by: 64 - Int(level))
            #expect(
                target.value == (level <= 64 ? shifted : Target.difficultyOne.value.shiftedRight(by: Int(level) - 64)))
        }
        #expect(Target(shareLevel: 72)?.difficulty.floor == UInt256(UInt16(256)))
    }

    @Test func hashesAreComparedAsLittleEndianNumbers() throws {
        let target = Target.difficultyOne
        #expect(target.isMet(by: target.value.hash))
        #expect(target.isMet(by: .zero))
        let above = target.value.addingReportingOverflow(UInt256(UInt8(1))).partialValue
        #expect(!target.isMet(by: above.hash))
        #expect(target < Target(value: above))
        var bytes = [UInt8](repeating: 0xff, count: 32)
        for index in 26..<32 {
            bytes[index] = 0
        }
        #expect(target.isMet(by: try Hash256(internalBytes: bytes)))
        #expect(!target.isMet(by: try Hash256(internalBytes: bytes.reversed())))
    }
}
