/// A private key in the text form that wallets exchange.
///
/// Its bytes are secret. This type only translates between text and bytes and neither clears memory nor computes.
public struct WalletImportFormat: Hashable, Sendable {
    /// The network the key is of.
    public let network: Network

    /// The private key, 32 bytes, most significant first.
    public let privateKey: [UInt8]

    /// Whether the public key is meant in its compressed form.
    public let isCompressed: Bool

    /// The order of secp256k1's group: private keys are 1 ..< order.
    private static let order = UInt256(
        high: 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe, low: 0xbaae_dce6_af48_a03b_bfd2_5e8c_d036_4141)

    /// A private key to be written.
    ///
    /// - Parameter privateKey: 32 bytes, most significant first.
    /// - Throws: `AddressError` with `wrongLength` or `keyOutOfRange`.
    public init(privateKey: [UInt8], isCompressed: Bool, network: Network) throws(AddressError) {
        guard let number = try? Hash256(internalBytes: privateKey.reversed()) else {
            throw .wrongLength(privateKey.count)
        }
        guard number != .zero, UInt256(number) < Self.order else {
            throw .keyOutOfRange
        }
        self.privateKey = privateKey
        self.isCompressed = isCompressed
        self.network = network
    }

    /// Parses a private key that must be of the given network; the test networks share one form.
    public init(decoding text: String, network: Network) throws(AddressError) {
        let payload = try Base58.decodeWithChecksum(text, maximumCount: 34)
        guard payload.count == 33 || payload.count == 34 else {
            throw .wrongLength(payload.count)
        }
        guard payload[0] == network.privateKeyVersion else {
            throw .wrongNetwork
        }
        guard payload.count == 33 || payload[33] == 0x01 else {
            throw .wrongCompressionMark(payload[33])
        }
        try self.init(privateKey: Array(payload[1..<33]), isCompressed: payload.count == 34, network: network)
    }

    /// The key as text.
    public var encoded: String {
        Base58.encodeWithChecksum([network.privateKeyVersion] + privateKey + (isCompressed ? [0x01] : []))
    }
}
