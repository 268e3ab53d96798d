/// Why a byte string was refused, and where.
public struct ParseError: Error, Hashable, Sendable {
    /// What is wrong at the offset.
    public enum Kind: Hashable, Sendable {
        /// A field needs `needed` bytes from the offset on, and the input ends before.
        case truncated(needed: Int)
        /// Bytes follow a complete value.
        case trailingBytes(count: Int)
        /// A compact size is not in its shortest form.
        case nonMinimalCompactSize
        /// A count or length says more than the rest of the input can hold.
        case countTooLarge(UInt64)
        /// A transaction is marked as having witnesses, and all of them are empty (BIP144).
        case superfluousWitness
        /// A transaction carries a flag other than BIP144's 0x01.
        case unknownTransactionFlag(UInt8)
        /// A script pushes a number in more bytes than it needs.
        case nonMinimalNumber
        /// A number, such as a block height, lies outside its range.
        case numberOutOfRange
        /// A script has another instruction where a push is required.
        case notAPush
    }

    /// What is wrong.
    public let kind: Kind

    /// The byte offset in the parsed input at which the offending field starts, 0 through the input's length.
    public let offset: Int

    /// An error of the given kind at a byte offset.
    public init(_ kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
