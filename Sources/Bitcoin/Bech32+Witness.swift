extension Bech32 {
    /// The text form of a witness program.
    init(_ program: WitnessProgram, network: Network) {
        self.init(
            humanReadablePart: network.humanReadablePart,
            values: [program.version] + Self.fiveBitValues(program.program),
            variant: program.version == 0 ? .bech32 : .bech32m)
    }

    /// The witness program that the values stand for.
    func witnessProgram() throws(AddressError) -> WitnessProgram {
        guard let version = values.first else {
            throw .wrongLength(0)
        }
        guard version <= 16 else {
            throw .wrongWitnessVersion(version)
        }
        guard variant == (version == 0 ? .bech32 : .bech32m) else {
            throw .wrongEncoding
        }
        let bytes = try Self.bytes(values.dropFirst())
        guard let program = WitnessProgram(version: version, program: bytes) else {
            throw .wrongLength(bytes.count)
        }
        return program
    }

    private static func fiveBitValues(_ bytes: [UInt8]) -> [UInt8] {
        var values: [UInt8] = []
        var held: UInt32 = 0
        var heldBits: UInt32 = 0
        for byte in bytes {
            held = (held << 8 | UInt32(byte)) & 0xfff
            heldBits += 8
            while heldBits >= 5 {
                heldBits -= 5
                values.append(UInt8(held >> heldBits & 31))
            }
        }
        if heldBits > 0 {
            values.append(UInt8(held << (5 - heldBits) & 31))
        }
        return values
    }

    private static func bytes(_ values: ArraySlice<UInt8>) throws(AddressError) -> [UInt8] {
        var bytes: [UInt8] = []
        var held: UInt32 = 0
        var heldBits: UInt32 = 0
        for value in values {
            held = (held << 5 | UInt32(value)) & 0xfff
            heldBits += 5
            if heldBits >= 8 {
                heldBits -= 8
                bytes.append(UInt8(held >> heldBits & 0xff))
            }
        }
        guard heldBits < 5, held & ((1 << heldBits) - 1) == 0 else {
            throw .wrongPadding
        }
        return bytes
    }
}
