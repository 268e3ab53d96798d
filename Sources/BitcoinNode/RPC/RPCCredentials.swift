public import Foundation

/// How a caller of JSON-RPC shows who it is (HTTP's Basic authentication).
public enum RPCCredentials: Sendable {
    /// A name and password that both sides know.
    case password(user: String, password: String)
    /// A file that holds `name:password`, readable only by the owner of the node.
    case cookie(file: URL)
}

/// The secret that a server compares.
struct RPCSecret: Sendable {
    private let expected: [UInt8]
    /// The cookie file to remove at the end.
    private let cookie: URL?

    /// Takes a password, or writes a new cookie file.
    init(_ credentials: RPCCredentials) throws(RPCServerError) {
        switch credentials {
        case .password(let user, let password):
            cookie = nil
            expected = Self.header("\(user):\(password)")
        case .cookie(let file):
            let secret = (0..<4).map { _ in UInt64.random(in: .min ... .max) }
            let text = "__cookie__:" + secret.map { String($0 | 1 << 63, radix: 16) }.joined()
            guard
                FileManager.default.createFile(
                    atPath: file.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
            else {
                throw .cannotWriteCookie(path: file.path)
            }
            cookie = file
            expected = Self.header(text)
        }
    }

    /// Whether the value of an `Authorization` header is the right one, in a time that does not tell how far it is.
    func admits(_ header: String?) -> Bool {
        guard let given = header.map({ Array($0.utf8) }), given.count == expected.count else {
            return false
        }
        return zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    func remove() {
        if let cookie { try? FileManager.default.removeItem(at: cookie) }
    }

    private static func header(_ secret: String) -> [UInt8] {
        Array("Basic \(Data(secret.utf8).base64EncodedString())".utf8)
    }
}

/// Why the server of JSON-RPC does not start.
public enum RPCServerError: Error, Hashable, Sendable {
    /// The cookie file cannot be written.
    case cannotWriteCookie(path: String)
    /// The port cannot be listened on; the system's words.
    case cannotListen(port: Int, String)
}

extension RPCServerError: CustomStringConvertible {
    /// One line for the operator.
    public var description: String {
        switch self {
        case .cannotWriteCookie(let path): "cannot write \(path)"
        case .cannotListen(let port, let words): "cannot listen on port \(port): \(words)"
        }
    }
}
