/// The numbers of script: sign and magnitude, little-endian, in as few bytes as possible (`CScriptNum`).
public enum ScriptNumber {
    /// The bytes of a number; none for zero.
    public static func encode(_ value: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        var magnitude = value.magnitude
        while magnitude > 0 {
            bytes.append(UInt8(truncatingIfNeeded: magnitude))
            magnitude >>= 8
        }
        let sign: UInt8 = value < 0 ? 0x80 : 0
        if let last = bytes.last {
            if last & 0x80 != 0 {
                bytes.append(sign)
            } else {
                bytes[bytes.count - 1] |= sign
            }
        }
        return bytes
    }

    /// The number that bytes stand for; nil if they are longer than `maximumLength` or not the shortest form.
    ///
    /// - Parameter maximumLength: 4 for arithmetic, 5 for lock times; at most 8.
    public static func decode(_ bytes: [UInt8], maximumLength: Int = 4) -> Int64? {
        guard let last = bytes.last else {
            return 0
        }
        guard bytes.count <= min(maximumLength, 8) else {
            return nil
        }
        var magnitude: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            magnitude |= UInt64(byte) << UInt64(8 * index)
        }
        let signBit = UInt64(0x80) << UInt64(8 * (bytes.count - 1))
        let absolute = Int64(magnitude & ~signBit)
        let value = last & 0x80 != 0 ? -absolute : absolute
        return encode(value) == bytes ? value : nil
    }
}
