/// Why text is no address or private key of a network. Offsets count UTF-8 bytes of the text.
public enum AddressError: Error, Hashable, Sendable {
    /// The byte at `offset` is not in the encoding's alphabet.
    case invalidCharacter(offset: Int)
    /// Lower and upper case are mixed in a witness address; `offset` is the first letter of the second case.
    case mixedCase(offset: Int)
    /// The text is longer than its encoding allows; `offset` is where the excess was noticed.
    case tooLong(offset: Int)
    /// There is no separator between human-readable part and data, or one of them is too short.
    case missingSeparator
    /// The checksum does not match.
    case wrongChecksum
    /// The checksum is that of the other encoding: BIP173 for version 0, BIP350 for the others.
    case wrongEncoding
    /// The human-readable part or version byte belongs to another network or purpose.
    case wrongNetwork
    /// The payload has a length, in bytes, that its kind does not allow.
    case wrongLength(Int)
    /// The bits left over after the last byte are not fewer than five zeros.
    case wrongPadding
    /// The witness version is above 16.
    case wrongWitnessVersion(UInt8)
    /// The private key is zero or not below the group's order.
    case keyOutOfRange
    /// The compression mark of a private key is not 0x01.
    case wrongCompressionMark(UInt8)
}
