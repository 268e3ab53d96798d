/// Share levels as difficulties in configuration files: powers of two, written exactly.
enum LevelText {
    /// The level of a difficulty; nil unless it is a power of two within 2^-31 ... 2^62.
    static func level(difficulty: Double) -> UInt8? {
        guard difficulty.sign == .plus, difficulty.isNormal, difficulty.significand == 1,
            (-31...62).contains(difficulty.exponent)
        else {
            return nil
        }
        return UInt8(64 + difficulty.exponent)
    }

    /// The difficulty 2^(level - 64) of a level within 33 ... 127, as the shortest exact decimal.
    static func difficulty(_ level: UInt8) -> String {
        if level >= 64 { return String(UInt64(1) << UInt64(level - 64)) }
        // 2^-n = 5^n / 10^n, and 5^31 has 22 digits.
        let places = Int(64 - level)
        let digits = String((0..<places).reduce(UInt128(1)) { power, _ in power &* 5 })
        return "0." + String(repeating: "0", count: places - digits.count) + digits
    }
}
