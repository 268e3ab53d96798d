import Bitcoin
import CShares
import CStratum
import TestSupport
import Testing

/// Difficulties as text and levels.
@Suite("CStratum levels")
struct LevelTests {
    private func level(_ text: String, _ range: rp_stratum_level_range = allLevels) -> Result<UInt8, LevelError> {
        var level: UInt8 = 0
        let bytes = Array(text.utf8)
        let status = rp_stratum_level_from_difficulty(&level, bytes, bytes.count, range)
        return status == RP_STRATUM_LEVEL_OK ? .success(level) : .failure(LevelError(status: status.rawValue))
    }

    private struct LevelError: Error, Equatable {
        let status: UInt32
        static let noNumber = LevelError(status: RP_STRATUM_LEVEL_NO_NUMBER.rawValue)
        static let noDifficulty = LevelError(status: RP_STRATUM_LEVEL_NO_DIFFICULTY.rawValue)
    }

    @Test(
        "decimal difficulties go to the level at or below",
        arguments: [
            ("1", 64), ("1.0", 64), ("+1", 64), ("01", 64), ("1.", 64), ("2", 65), ("3", 65),
            ("3.9999999999999999999", 65),
            ("4", 66), ("1024", 74), ("1023.999", 73), ("1e3", 73), ("1E+3", 73), ("10.24e2", 74), ("102400e-2", 74),
            ("0.001024e6", 74), ("0.5", 63), (".5", 63), ("0.4999999999999999999999999999999999999999999", 62),
            ("5e-1", 63), ("0.25", 62), ("16383.75", 77), ("16384", 78), ("9223372036854775807", 126),
            ("9223372036854775808", 127), ("18446744073709551616", 127), ("1e19", 127), ("1e308", 127), ("1e400", 127),
            ("1e99999999999999999999", 127), ("4.656612873077392578125e-10", 33), ("4.6566128730773925e-10", 33),
            ("9.31322574615478515625e-10", 34), ("9.3132257461547851562e-10", 33), ("1e-400", 33),
            ("1e-99999999999999999999", 33), ("0." + String(repeating: "0", count: 500) + "1e501", 64),
            ("1" + String(repeating: "0", count: 500) + "e-500", 64),
        ] as [(String, UInt8)])
    func difficulties(text: String, expected: UInt8) {
        #expect(level(text) == .success(expected))
    }

    @Test(
        "hostile 16, 17: what is no positive number gives no level",
        arguments: [
            "", "-", "+", ".", "e5", "1e", "1e+", "1e5.5", "1.2.3", "NaN", "nan", "inf", "Infinity", "0x10", "1 ", " 1",
            "1,5", "--1", "1d", "１",
        ])
    func noNumbers(text: String) {
        #expect(level(text) == .failure(.noNumber))
    }

    @Test(
        "hostile 16, 17: zero and negative numbers give no level",
        arguments: ["0", "0.0", "-0", "-1", "-1e308", "0e400", "000"])
    func noDifficulties(text: String) {
        #expect(level(text) == .failure(.noDifficulty))
    }

    @Test("levels are clamped to the range")
    func clamping() {
        let range = rp_stratum_level_range(minimum: 70, maximum: 80)
        #expect(level("1", range) == .success(70))
        #expect(level("1e400", range) == .success(80))
        #expect(level("1024", range) == .success(74))
    }

    @Test("quirk 9: the text of a level is the exact difficulty, an integer from 1 on, and reads back")
    func texts() {
        func text(_ level: UInt8) -> String {
            var bytes = [UInt8](repeating: 0, count: Int(RP_STRATUM_MAX_DIFFICULTY_TEXT))
            let length = rp_stratum_level_difficulty(&bytes, level)
            return String(decoding: bytes.prefix(length), as: UTF8.self)
        }
        #expect(text(64) == "1")
        #expect(text(74) == "1024")
        #expect(text(127) == "9223372036854775808")
        #expect(text(63) == "0.5")
        #expect(text(54) == "0.0009765625")
        #expect(text(33) == "0.0000000004656612873077392578125")
        #expect(text(32).isEmpty && text(128).isEmpty)
        for number: UInt8 in 33...127 {
            #expect(level(text(number)) == .success(number))
            // The same difficulty less one unit in its last place is the level below.
            if number > 33, number < 64 {
                #expect(level(text(number).dropLast() + "4") == .success(number - 1))
            }
        }
    }

    @Test("integers agree with their binary logarithm")
    func integers() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<Scale.count(2_000, full: 200_000) {
            let value = (generator.next() >> UInt64.random(in: 1...63, using: &generator)) | 1
            #expect(level(String(value)) == .success(UInt8(64 + 63 - value.leadingZeroBitCount)))
        }
    }

    @Test("a target goes to the highest level whose target is not below it")
    func targets() {
        func level(_ text: String) -> UInt8? {
            var level: UInt8 = 0
            let bytes = Array(text.utf8)
            return rp_stratum_level_from_target(&level, bytes, bytes.count, allLevels) == RP_STRATUM_LEVEL_OK
                ? level : nil
        }
        for number: UInt8 in 33...127 {
            guard let target = Target(shareLevel: number)?.value else { continue }
            let digits = hex(target)
            #expect(level(digits) == number)
            #expect(level(digits.uppercased()) == number)
            #expect(level(hex(UInt256(high: target.high, low: target.low &+ 1))) == max(33, number - 1))
        }
        #expect(level(String(repeating: "f", count: 64)) == 33)
        #expect(level("1") == 127)
        for bad in ["", "0", String(repeating: "0", count: 64), String(repeating: "f", count: 65), "0x1", "-1", "g"] {
            #expect(level(bad) == nil, "\(bad)")
        }
    }

    private func hex(_ value: UInt256) -> String {
        [value.high, value.low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 32 - digits.count) + digits
        }.joined()
    }

    @Test("quirk 12, hostile 17: suggestions are read from numbers and strings")
    func suggestions() {
        func suggested(_ method: String, _ params: String) -> UInt8? {
            var level: UInt8 = 0
            let line = Line(method: method, params: params)
            return rp_stratum_level_suggested(&level, &line.request, allLevels) == RP_STRATUM_LEVEL_OK ? level : nil
        }
        #expect(suggested("mining.suggest_difficulty", "[1000]") == 73)
        #expect(suggested("mining.suggest_difficulty", #"["1024"]"#) == 74)
        #expect(suggested("mining.suggest_difficulty", #"["102\u0034"]"#) == 74)
        #expect(suggested("mining.suggest_difficulty", "[1e400]") == 127)
        for bad in ["[]", "[-5]", "[0]", "[null]", "[true]", "[[1]]", #"["x"]"#, "{}", "null"] {
            #expect(suggested("mining.suggest_difficulty", bad) == nil, "\(bad)")
        }
        let one = "00000000ffff" + String(repeating: "0", count: 52)
        #expect(suggested("mining.suggest_target", "[\"\(one)\"]") == 64)
        #expect(suggested("mining.suggest_target", "[12]") == nil)
        #expect(suggested("mining.submit", "[1000]") == nil)
    }

    @Test(
        "quirk 30, hostile 16: `d=` in a password",
        arguments: [
            ("x", nil), ("", nil), ("d=1024", 74), ("x,d=1024", 74), ("x;d=0.5;y", 63), ("d=1024 fd=5", 74),
            ("d=", nil),
            ("d=-1", nil), ("d=NaN", nil), ("d=inf", nil), ("d=0", nil), ("d=1e308", 127), ("diff=1024", nil),
            ("md=1024", nil), ("D=1024", nil), ("d=x,d=2", 65), ("d=2,d=4", 65), ("d=1024x", nil), (",,;; d=4", 66),
        ] as [(String, UInt8?)])
    func passwords(password: String, expected: UInt8?) {
        var level: UInt8 = 0
        let bytes = Array(password.utf8)
        let found = rp_stratum_level_from_password(&level, bytes, bytes.count, allLevels)
        #expect((found ? level : nil) == expected)
    }
}
