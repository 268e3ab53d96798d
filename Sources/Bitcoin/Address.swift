/// The text form of an output script on one network.
public struct Address: Hashable, Sendable {
    /// What an address can pay to.
    public enum Destination: Hashable, Sendable {
        /// The hash of a public key, 20 bytes (P2PKH).
        case publicKeyHash([UInt8])
        /// The hash of a script, 20 bytes (P2SH).
        case scriptHash([UInt8])
        /// A witness program (P2WPKH, P2WSH, P2TR and later versions).
        case witness(WitnessProgram)
    }

    /// The network the address is of.
    public let network: Network

    /// What it pays to.
    public let destination: Destination

    /// The address of an output script; nil if such scripts have no address.
    public init?(script: Script, network: Network) {
        self.network = network
        if let program = WitnessProgram(script) {
            destination = .witness(program)
        } else if let hash = script.publicKeyHash {
            destination = .publicKeyHash(hash)
        } else if let hash = script.scriptHash {
            destination = .scriptHash(hash)
        } else {
            return nil
        }
    }

    /// Parses an address that must be of the given network.
    ///
    /// Testnet4 and signet write the same addresses; regtest shares their Base58Check ones.
    public init(decoding text: String, network: Network) throws(AddressError) {
        self.network = network
        // No Base58Check address of any network starts like a witness address, so the two cannot be mistaken.
        let looksLikeWitness = Network.allCases.contains { other in
            let prefix = other.humanReadablePart + "1"
            return text.prefix(prefix.count).lowercased() == prefix
        }
        if looksLikeWitness {
            destination = .witness(try Self.decodeWitness(text, network: network))
        } else {
            destination = try Self.decodeBase58(text, network: network)
        }
    }

    /// The address as text, witness addresses in lower case.
    public var encoded: String {
        switch destination {
        case .publicKeyHash(let hash): Base58.encodeWithChecksum([network.publicKeyHashVersion] + hash)
        case .scriptHash(let hash): Base58.encodeWithChecksum([network.scriptHashVersion] + hash)
        case .witness(let program): Bech32(program, network: network).encoded
        }
    }

    /// The output script.
    public var script: Script {
        switch destination {
        case .publicKeyHash(let hash): .payToPublicKeyHash(hash)
        case .scriptHash(let hash): .payToScriptHash(hash)
        case .witness(let program): program.script
        }
    }

    private static func decodeWitness(_ text: String, network: Network) throws(AddressError) -> WitnessProgram {
        let decoded = try Bech32(decoding: text)
        guard decoded.humanReadablePart == network.humanReadablePart else {
            throw .wrongNetwork
        }
        return try decoded.witnessProgram()
    }

    private static func decodeBase58(_ text: String, network: Network) throws(AddressError) -> Destination {
        let payload = try Base58.decodeWithChecksum(text, maximumCount: 21)
        guard payload.count == 21 else {
            throw .wrongLength(payload.count)
        }
        let hash = Array(payload.dropFirst())
        switch payload[0] {
        case network.publicKeyHashVersion: return .publicKeyHash(hash)
        case network.scriptHashVersion: return .scriptHash(hash)
        default: throw .wrongNetwork
        }
    }
}
