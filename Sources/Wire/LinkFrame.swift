public import Bitcoin

/// What the two ends of a link say about the link itself (docs/protocol/peering.md, The frames of a link).
public enum LinkFrame: Hashable, Sendable {
    /// Who the speaker is.
    case hello(LinkHello)
    /// The BIP340 signature, 64 bytes, over the speaker's `LinkStatement.message`.
    case proof([UInt8])
    /// A question whether the peer reads.
    case ping(UInt64)
    /// The answer, with the ping's value.
    case pong(UInt64)
    /// The last word.
    case goodbye(LinkEnd)

    /// The longest of them, bytes.
    public static let longest = 2 + LinkHello.size

    /// The first byte.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// `hello`.
        case hello = 0x50
        /// `proof`.
        case proof = 0x51
        /// `ping`.
        case ping = 0x52
        /// `pong`.
        case pong = 0x53
        /// `goodbye`.
        case goodbye = 0x54
    }

    /// Decodes the whole of `bytes`.
    ///
    /// - Throws: `WireError` unless they are exactly what `encoded()` gives for some frame.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = RecordReader(bytes)
        let code = try reader.uint8()
        guard let kind = Kind(rawValue: code) else { throw WireError(.unknownType(code), offset: 0) }
        let version = try reader.uint8()
        guard version == currentVersion else { throw WireError(.unknownVersion(version), offset: 1) }
        switch kind {
        case .hello: self = .hello(try LinkHello(decoding: &reader))
        case .proof: self = .proof(try reader.bytes(64))
        case .ping: self = .ping(try reader.uint64())
        case .pong: self = .pong(try reader.uint64())
        case .goodbye:
            let start = reader.offset
            guard let end = LinkEnd(rawValue: try reader.uint8()) else {
                throw WireError(.invalid(.reason), offset: start)
            }
            self = .goodbye(end)
        }
        try reader.finish()
    }

    /// The encoding. A signature of another length than 64 makes a frame that nobody decodes.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.longest)
        writer.append(kind.rawValue)
        writer.append(currentVersion)
        switch self {
        case .hello(let hello): hello.append(to: &writer)
        case .proof(let signature): writer.append(signature)
        case .ping(let value), .pong(let value): writer.append(littleEndian: value)
        case .goodbye(let end): writer.append(end.rawValue)
        }
        return writer.bytes
    }

    private var kind: Kind {
        switch self {
        case .hello: .hello
        case .proof: .proof
        case .ping: .ping
        case .pong: .pong
        case .goodbye: .goodbye
        }
    }
}

/// Who is at one end of a link.
public struct LinkHello: Hashable, Sendable {
    /// The syndicate's id.
    public let syndicate: Hash256
    /// The identity key of the member.
    public let key: XOnlyKeyBytes
    /// How often the member has started.
    public let boot: UInt64
    /// Random, and new for each connection.
    public let nonce: Hash256
    /// The id of the epoch that the member is in.
    public let epoch: Hash256

    static let size = 32 + 32 + 8 + 32 + 32

    /// A member of a syndicate in its so many-th life.
    public init(syndicate: Hash256, key: XOnlyKeyBytes, boot: UInt64, nonce: Hash256, epoch: Hash256) {
        self.syndicate = syndicate
        self.key = key
        self.boot = boot
        self.nonce = nonce
        self.epoch = epoch
    }

    init(decoding reader: inout RecordReader) throws(WireError) {
        syndicate = try reader.hash()
        key = try reader.key()
        boot = try reader.uint64()
        nonce = try reader.hash()
        epoch = try reader.hash()
    }

    func append(to writer: inout ByteWriter) {
        writer.append(syndicate)
        writer.append(key.bytes)
        writer.append(littleEndian: boot)
        writer.append(nonce)
        writer.append(epoch)
    }
}

/// Why an end closes a link.
public enum LinkEnd: UInt8, Hashable, Sendable, CaseIterable {
    /// The peer is of another syndicate.
    case otherSyndicate = 1
    /// The peer is no member, or the key is another member's than the certificate.
    case noMember = 2
    /// The proof is wrong.
    case wrongProof = 3
    /// There is another link of the same two lives that stays.
    case betterLink = 4
    /// Another process with the peer's key is alive.
    case otherProcess = 5
    /// Too much was sent, or something that is no frame.
    case fault = 6
    /// The speaker stops.
    case stopping = 7
}

/// What both ends of a link sign, each for itself (docs/protocol/peering.md, Proof).
public struct LinkStatement: Hashable, Sendable {
    /// Which end signs.
    public enum Side: UInt8, Hashable, Sendable, CaseIterable {
        /// The one that has dialled.
        case dialler = 0
        /// The one that has accepted.
        case acceptor = 1
    }

    /// An end: its hello, and the pin of the certificate that it has shown.
    public struct End: Hashable, Sendable {
        /// What it said.
        public let hello: LinkHello
        /// SHA-256 of its certificate's SubjectPublicKeyInfo in DER.
        public let pin: Hash256

        /// An end that said and showed so much.
        public init(hello: LinkHello, pin: Hash256) {
            self.hello = hello
            self.pin = pin
        }
    }

    /// The end that has dialled.
    public let dialler: End
    /// The end that has accepted.
    public let acceptor: End

    /// The link of two ends.
    public init(dialler: End, acceptor: End) {
        self.dialler = dialler
        self.acceptor = acceptor
    }

    /// What an end signs: the tagged hash (BIP340) "radpool/link/v1" of the syndicate, the side and both ends. The
    /// syndicate is the one that the dialler has said; an end signs only where both have said its own.
    public func message(of side: Side) -> Hash256 {
        var writer = ByteWriter(capacity: 33 + 2 * 136)
        writer.append(dialler.hello.syndicate)
        writer.append(side.rawValue)
        for end in [dialler, acceptor] {
            writer.append(end.hello.key.bytes)
            writer.append(end.pin)
            writer.append(littleEndian: end.hello.boot)
            writer.append(end.hello.nonce)
            writer.append(end.hello.epoch)
        }
        return TaggedHash("radpool/link/v1").hash(writer.bytes)
    }
}
