/// Where a pool listens: `stratum+tcp://HOST:PORT`.
public struct PoolAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; IPv6 without its brackets.
    public let host: String
    /// The port, 1 ... 65,535.
    public let port: Int

    /// An address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `stratum+tcp://HOST:PORT` or `HOST:PORT`; nil for anything else.
    public init?(_ text: String) {
        let scheme = "stratum+tcp://"
        var rest = text[...]
        if rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        if rest.last == "/" {
            rest = rest.dropLast()
        }
        guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]),
            (1...65_535).contains(port)
        else {
            return nil
        }
        var host = rest[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains("/") else {
            return nil
        }
        self.init(host: String(host), port: port)
    }

    /// The address as miners write it.
    public var description: String {
        "stratum+tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
