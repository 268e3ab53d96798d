internal import Glibc

/// A range of addresses in CIDR notation, such as `10.0.0.0/8` or `fd00::/8`.
public struct IPNetwork: Hashable, Sendable {
    /// The address in network order: 4 bytes of IPv4 or 16 of IPv6.
    public let address: [UInt8]

    /// How many leading bits of the address count: at most 32 or 128.
    public let prefixLength: UInt8

    /// Reads an address, a slash and the number of bits; no bit behind the prefix may be set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = Self.bytes(of: String(parts[0])), let length = UInt8(parts[1]),
            String(length) == parts[1], Int(length) <= 8 * address.count, Self.isZero(address, behind: Int(length))
        else {
            return nil
        }
        self.address = address
        prefixLength = length
    }

    /// Whether text is a numeric address.
    static func isAddress(_ text: String) -> Bool { bytes(of: text) != nil }

    private static func isZero(_ address: [UInt8], behind length: Int) -> Bool {
        address.indices.allSatisfy { index in
            let bits = min(max(length - 8 * index, 0), 8)
            return bits == 8 || address[index] << UInt8(bits) == 0
        }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
        return nil
    }
}

extension IPNetwork: CustomStringConvertible {
    /// CIDR notation.
    public var description: String {
        let family = address.count == 4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            + "/\(prefixLength)"
    }
}

extension ConfigurationKind<IPNetwork> {
    /// A network in CIDR notation.
    static var network: ConfigurationKind {
        ConfigurationKind(
            allowed: "a network such as \"10.0.0.0/8\", with no bit set behind its prefix",
            parse: { $0.text.flatMap { IPNetwork($0) } }, literal: { TOMLText.quote($0.description) })
    }
}
