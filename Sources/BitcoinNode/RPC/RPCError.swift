/// An error that a node answers with, in bitcoind's codes and words.
public struct RPCError: Error, Hashable, Sendable {
    /// The code.
    public let code: Int
    /// The text.
    public let message: String

    /// An error of a code and text.
    public init(code: Int, message: String) {
        self.code = code
        self.message = message
    }

    /// The body is not JSON (RPC_PARSE_ERROR).
    static let parse = RPCError(code: -32700, message: "Parse error")

    /// The request is not one (RPC_INVALID_REQUEST).
    static func invalidRequest(_ message: String) -> RPCError { RPCError(code: -32600, message: message) }

    /// No such method (RPC_METHOD_NOT_FOUND).
    static let methodNotFound = RPCError(code: -32601, message: "Method not found")

    /// Something went wrong that has no code of its own (RPC_MISC_ERROR).
    static func miscellaneous(_ message: String) -> RPCError { RPCError(code: -1, message: message) }

    /// An argument of the wrong type (RPC_TYPE_ERROR).
    static func type(_ message: String) -> RPCError { RPCError(code: -3, message: message) }

    /// An address or key that is none, or an unknown block (RPC_INVALID_ADDRESS_OR_KEY).
    static func invalidAddressOrKey(_ message: String) -> RPCError { RPCError(code: -5, message: message) }

    /// An argument out of its range (RPC_INVALID_PARAMETER).
    static func invalidParameter(_ message: String) -> RPCError { RPCError(code: -8, message: message) }

    /// The disk does not take it (RPC_DATABASE_ERROR).
    static func database(_ message: String) -> RPCError { RPCError(code: -20, message: message) }

    /// Bytes that do not parse (RPC_DESERIALIZATION_ERROR).
    static func deserialization(_ message: String) -> RPCError { RPCError(code: -22, message: message) }

    /// A transaction that cannot be judged or is beyond what the caller allowed (RPC_VERIFY_ERROR).
    static func verify(_ message: String) -> RPCError { RPCError(code: -25, message: message) }

    /// A transaction that breaks a rule (RPC_VERIFY_REJECTED).
    static func rejected(_ message: String) -> RPCError { RPCError(code: -26, message: message) }

    /// A transaction that the chain has already (RPC_VERIFY_ALREADY_IN_UTXO_SET).
    static let alreadyInChain = RPCError(code: -27, message: "Transaction outputs already in utxo set")
}
