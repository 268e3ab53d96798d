/// A running 64-bit mix of everything that happens: two runs with the same value went the same way.
struct TraceHash {
    private(set) var value: UInt64 = 0x6A09_E667_F3BC_C908

    mutating func add(_ word: UInt64) {
        value = Self.mix(value, word)
    }

    /// A mix of the bytes and their number.
    static func mark(of bytes: [UInt8]) -> UInt64 {
        var value = UInt64(bytes.count)
        var word: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if index & 7 == 7 { value = mix(value, word) }
        }
        return mix(value, word)
    }

    private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let product = (state ^ word &* 0x9E37_79B9_7F4A_7C15)
            .multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low &+ state
    }
}
