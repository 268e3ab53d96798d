/// Why a call to a node brought no answer. No case carries a password or a cookie.
public enum NodeError: Error, Hashable, Sendable {
    /// No connection; the system's words.
    case unreachable(String)
    /// The connection ended before the whole answer was there.
    case connectionLost
    /// No answer in time.
    case timedOut
    /// The caller gave up.
    case cancelled
    /// The answer is larger than this many bytes.
    case answerTooLarge(limit: Int)
    /// The answer is no HTTP, or its body not what the call answers with; what is wrong.
    case malformedAnswer(String)
    /// The cookie file cannot be read or holds no `name:password`.
    case unreadableCookie(path: String)
    /// The node does not know the name and password (HTTP 401).
    case unauthorized
    /// The node does not let this address call it (HTTP 403).
    case forbidden
    /// Another HTTP status without an error of JSON-RPC in it, such as 503 while the node has too much to do.
    case httpStatus(Int)
    /// What the node answers as `error`.
    case refused(RPCError)
    /// The node's template does not hold what it says.
    case badTemplate(TemplateError)
}

extension NodeError: CustomStringConvertible {
    /// One line for the operator.
    public var description: String {
        switch self {
        case .unreachable(let words): "cannot connect: \(words)"
        case .connectionLost: "the connection was lost"
        case .timedOut: "no answer in time"
        case .cancelled: "given up"
        case .answerTooLarge(let limit): "an answer above \(limit) bytes"
        case .malformedAnswer(let what): "a malformed answer: \(what)"
        case .unreadableCookie(let path): "no usable cookie in \(path)"
        case .unauthorized: "the node refuses user and password (HTTP 401)"
        case .forbidden: "the node does not allow calls from here (HTTP 403)"
        case .httpStatus(503): "the node is too busy (HTTP 503)"
        case .httpStatus(let status): "HTTP status \(status)"
        case .refused(let error): "\(error.message) (code \(error.code))"
        case .badTemplate(let error): "a bad block template: \(error)"
        }
    }
}
