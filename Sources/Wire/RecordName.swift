/// The names of syndicates and miner accounts: 1 to 32 characters out of `a`–`z`, `0`–`9`, `-` and `_`.
///
/// No name can be mistaken for an address or for 64 hexadecimal characters, which are longer, and none needs quoting.
public struct RecordName: Hashable, Sendable {
    /// The characters, all of them ASCII.
    public let text: String

    /// A name; nil for any other text.
    public init?(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    init?(bytes: [UInt8]) {
        guard (1...32).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else {
            return nil
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    var bytes: [UInt8] { Array(text.utf8) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
