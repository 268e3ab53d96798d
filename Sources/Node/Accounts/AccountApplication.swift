public import Bitcoin
internal import Curve
public import Wire

/// Somebody who wants to be a miner of this MSP, every field of its right form.
public struct AccountApplication: Hashable, Sendable {
    /// The x-only key to be paid to: a point of the curve.
    public let key: XOnlyKeyBytes
    /// The name asked for.
    public let name: RecordName?
    /// The invite code given; empty without one.
    public let inviteCode: String

    /// The beginnings of addresses, which no name has.
    private static let addressPrefixes = Network.allCases.map { $0.humanReadablePart + "1" }

    init(key: XOnlyKeyBytes, name: RecordName?, inviteCode: String) {
        self.key = key
        self.name = name
        self.inviteCode = inviteCode
    }

    /// Reads an application as a person writes it.
    ///
    /// - Parameters:
    ///   - keyText: 64 hex digits of an x-only key, 66 of a compressed one, or a taproot address of the network.
    ///   - nameText: the name; empty for none.
    /// - Throws: the refusal that says what is wrong with a field.
    public init(
        keyText: String, nameText: String, inviteCode: String, network: Network
    ) throws(AccountRefusal) {
        guard let key = try Self.key(registering: keyText, network: network) else {
            throw .notAKey
        }
        self.init(key: key, name: try Self.name(nameText), inviteCode: inviteCode)
    }

    private static func name(_ text: String) throws(AccountRefusal) -> RecordName? {
        if text.isEmpty { return nil }
        guard let name = RecordName(text), !addressPrefixes.contains(where: { text.hasPrefix($0) }) else {
            throw .badName
        }
        return name
    }

    // MARK: Keys

    /// The key of a login: 64 hex or a taproot address; nil where the text is neither, and may be a name.
    static func key(loggingIn text: String, network: Network) throws(AccountRefusal) -> XOnlyKeyBytes? {
        if text.utf8.count == 64, let bytes = try? Hex.decode(text) {
            return try key(bytes)
        }
        return try key(address: text, network: network)
    }

    private static func key(registering text: String, network: Network) throws(AccountRefusal) -> XOnlyKeyBytes? {
        if text.utf8.count == 66, let bytes = try? Hex.decode(text), bytes[0] == 0x02 || bytes[0] == 0x03 {
            return try key(Array(bytes.dropFirst()))
        }
        return try key(loggingIn: text, network: network)
    }

    private static func key(_ bytes: [UInt8]) throws(AccountRefusal) -> XOnlyKeyBytes {
        guard let key = try? XOnlyKeyBytes(bytes), XOnlyPublicKey(key) != nil else {
            throw .notOnCurve
        }
        return key
    }

    /// The key of a taproot address; nil where the text is no address of any network.
    private static func key(address text: String, network: Network) throws(AccountRefusal) -> XOnlyKeyBytes? {
        guard let address = try? Address(decoding: text, network: network) else {
            if Network.allCases.contains(where: { (try? Address(decoding: text, network: $0)) != nil }) {
                throw .otherNetwork
            }
            let looksLikeAddress = addressPrefixes.contains { text.lowercased().hasPrefix($0) }
            if looksLikeAddress { throw .brokenAddress }
            return nil
        }
        guard case .witness(let program) = address.destination, program.version == 1, program.program.count == 32 else {
            throw .notTaproot
        }
        return try key(program.program)
    }
}
