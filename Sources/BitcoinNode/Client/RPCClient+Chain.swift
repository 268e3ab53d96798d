public import Bitcoin

/// What `getblockchaininfo` tells.
public struct BlockchainInfo: Hashable, Sendable {
    /// bitcoind's name of the chain: `main`, `test`, `testnet4`, `signet` or `regtest`.
    public let chain: String
    /// The height of the best block.
    public let height: UInt32
    /// The height of the best header, which the node may not have the block of yet.
    public let headers: UInt32
    /// The hash of the best block.
    public let bestBlock: Hash256
    /// Whether the node is still catching up with the chain.
    public let isInitialBlockDownload: Bool
}

/// What `getblockheader` tells.
public struct BlockHeaderInfo: Hashable, Sendable {
    /// The header.
    public let header: BlockHeader
    /// The block's height.
    public let height: UInt32
    /// How many blocks the best chain has from this one on; -1 for a block on another branch.
    public let confirmations: Int64
}

extension RPCClient {
    /// `getblockchaininfo`.
    public func blockchainInfo() async throws(NodeError) -> BlockchainInfo {
        let result = try await call("getblockchaininfo")
        guard let chain = result["chain"]?.text,
            let height = result["blocks"]?.wholeNumber.flatMap({ UInt32(exactly: $0) }),
            let headers = result["headers"]?.wholeNumber.flatMap({ UInt32(exactly: $0) }),
            let bestBlock = result["bestblockhash"]?.hash, let isLoading = result["initialblockdownload"]?.flag
        else {
            throw .malformedAnswer("getblockchaininfo lacks a member")
        }
        return BlockchainInfo(
            chain: chain, height: height, headers: headers, bestBlock: bestBlock, isInitialBlockDownload: isLoading)
    }

    /// `getbestblockhash`.
    public func bestBlockHash() async throws(NodeError) -> Hash256 {
        guard let hash = try await call("getbestblockhash").hash else {
            throw .malformedAnswer("getbestblockhash gives no hash")
        }
        return hash
    }

    /// `getblockheader`, both forms: the bytes and what the node knows of them.
    ///
    /// - Throws: `NodeError.refused` with code -5 for a block that the node does not know.
    public func blockHeader(_ hash: Hash256) async throws(NodeError) -> BlockHeaderInfo {
        let verbose = try await call("getblockheader", .string(hash.displayHex), .bool(true))
        let raw = try await call("getblockheader", .string(hash.displayHex), .bool(false))
        guard let bytes = raw.text.flatMap({ try? Hex.decode($0) }), let header = try? BlockHeader(decoding: bytes),
            header.hash == hash, let height = verbose["height"]?.wholeNumber.flatMap({ UInt32(exactly: $0) }),
            let confirmations = verbose["confirmations"]?.wholeNumber
        else {
            throw .malformedAnswer("getblockheader gives another header")
        }
        return BlockHeaderInfo(header: header, height: height, confirmations: confirmations)
    }

    /// `submitblock`: nil when the block was taken, else the node's reason (BIP22).
    ///
    /// - Parameter block: the block's serialisation with witnesses.
    public func submitBlock(_ block: [UInt8]) async throws(NodeError) -> String? {
        switch try await call("submitblock", HexText.list(block)).value() {
        case .null: return nil
        case .string(let reason): return reason
        default: throw .malformedAnswer("submitblock gives neither null nor a reason")
        }
    }
}

extension JSONValue {
    /// The hash that a text shows in display order.
    var hash: Hash256? { text.flatMap { try? Hash256(displayHex: $0) } }
}
