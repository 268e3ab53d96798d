public import Bitcoin

/// What the founders of a syndicate agree on; its hash names the syndicate (docs/protocol/genesis.md).
public struct Genesis: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.genesis

    /// A founding MSP.
    public struct Member: Hashable, Sendable {
        /// The x-only identity key. Whether it is a point of the curve is judged by whoever uses it.
        public let key: XOnlyKeyBytes

        /// Where the member's payouts go: a script that has an address.
        public let payoutScript: Script

        /// A member.
        public init(key: XOnlyKeyBytes, payoutScript: Script) {
            self.key = key
            self.payoutScript = payoutScript
        }
    }

    /// The most founding members.
    public static let maximumMemberCount = 100

    /// Mainnet, testnet4 or regtest.
    public let network: Network
    /// Sets the syndicate apart and is shown to people.
    public let name: RecordName
    /// The founding MSPs, 1 ... 100, strictly ascending by the bytes of their keys.
    public let members: [Member]
    /// What coinbases pay until the syndicate's custody key exists: a script that has an address.
    public let bootstrapScript: Script
    /// Everything else.
    public let terms: GenesisTerms

    /// A genesis.
    ///
    /// - Throws: `RecordFault` for a field outside its bounds.
    public init(
        network: Network, name: RecordName, members: [Member], bootstrapScript: Script, terms: GenesisTerms
    ) throws(RecordFault) {
        self.network = network
        self.name = name
        self.members = members
        self.bootstrapScript = bootstrapScript
        self.terms = terms
        try check()
    }

    /// The tagged hash (BIP340) "radpool/genesis/v1" of the encoding.
    public var syndicateID: Hash256 {
        TaggedHash("radpool/genesis/v1").hash(encoded())
    }

    private func check() throws(RecordFault) {
        guard Self.code(of: network) != nil else {
            throw RecordFault(.network)
        }
        let isOrdered = zip(members, members.dropFirst())
            .allSatisfy { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        guard (1...Self.maximumMemberCount).contains(members.count), isOrdered,
            members.allSatisfy({ Address(script: $0.payoutScript, network: network) != nil })
        else {
            throw RecordFault(.members)
        }
        guard Address(script: bootstrapScript, network: network) != nil else {
            throw RecordFault(.bootstrapScript)
        }
        try terms.check(network: network)
    }

    /// The byte of a network; nil for a signet, whose blocks need a signature in the coinbase.
    private static func code(of network: Network) -> UInt8? {
        switch network {
        case .mainnet: 0
        case .testnet4: 1
        case .regtest: 2
        case .signet: nil
        }
    }
}

extension Genesis {
    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let code = try reader.uint8(.network)
        guard let network = Network.allCases.first(where: { Self.code(of: $0) == code }) else {
            throw reader.error(RecordFault(.network))
        }
        guard let name = RecordName(bytes: try reader.lengthPrefixed(.name)) else {
            throw reader.error(RecordFault(.name))
        }
        // A key, a size and the shortest script.
        let count = try reader.count(.members, minimumSize: 34)
        var members: [Member] = []
        for _ in 0..<count {
            let key = try reader.key()
            members.append(Member(key: key, payoutScript: Script(try reader.lengthPrefixed(.members))))
        }
        let bootstrapScript = Script(try reader.lengthPrefixed(.bootstrapScript))
        let terms = try GenesisTerms(decoding: &reader)
        try reader.finish()
        do {
            try self.init(
                network: network, name: name, members: members, bootstrapScript: bootstrapScript, terms: terms)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 256)
        writer.append(Self.code(of: network) ?? .max)
        writer.append(lengthPrefixed: name.bytes)
        writer.append(compactSize: members.count)
        for member in members {
            writer.append(member.key.bytes)
            writer.append(lengthPrefixed: member.payoutScript.bytes)
        }
        writer.append(lengthPrefixed: bootstrapScript.bytes)
        terms.encode(into: &writer)
        return writer.bytes
    }
}
