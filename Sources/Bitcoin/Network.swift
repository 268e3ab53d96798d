/// A bitcoin network, as far as the text forms of addresses and keys tell them apart.
public enum Network: Hashable, Sendable, CaseIterable {
    /// The network whose coins have value.
    case mainnet
    /// The fourth public test network (BIP94), with the prefixes of the third.
    case testnet4
    /// The public test network whose blocks are signed (BIP325).
    case signet
    /// A private network for tests.
    case regtest

    /// The human-readable part of witness addresses (BIP173).
    public var humanReadablePart: String {
        switch self {
        case .mainnet: "bc"
        case .testnet4, .signet: "tb"
        case .regtest: "bcrt"
        }
    }

    /// The version byte of Base58Check addresses that pay to a key's hash.
    var publicKeyHashVersion: UInt8 { self == .mainnet ? 0x00 : 0x6f }

    /// The version byte of Base58Check addresses that pay to a script's hash.
    var scriptHashVersion: UInt8 { self == .mainnet ? 0x05 : 0xc4 }

    /// The version byte of private keys in wallet import format.
    var privateKeyVersion: UInt8 { self == .mainnet ? 0x80 : 0xef }
}
