internal import Bitcoin

extension RegtestNode {
    /// The calls about blocks; nil for other methods.
    func callBlocks(_ method: String, _ parameters: RPCParameters) throws(RPCError) -> JSONValue? {
        switch method {
        case "submitblock": try submitBlock(parameters)
        case "getblockchaininfo": chainInfo()
        case "getbestblockhash": .string(chain.index.tip.displayHex)
        case "getblockcount": .integer(chain.index.height)
        case "getblockhash": try blockHash(parameters)
        case "getblockheader": try blockHeader(parameters)
        case "getblock": try block(parameters)
        default: nil
        }
    }

    private func chainInfo() -> JSONValue? {
        guard let tip = chain.index[chain.index.tip] else {
            return nil
        }
        return .members([
            "chain": .string("regtest"),
            "blocks": .integer(tip.height),
            "headers": .integer(tip.height),
            "bestblockhash": .string(tip.hash.displayHex),
            "bits": .string(tip.header.bitsHex),
            "target": .string(tip.header.targetHex),
            "difficulty": .number(tip.header.difficulty),
            "time": .integer(tip.header.time),
            "mediantime": .integer(chain.index.medianTimePast(of: tip)),
            "verificationprogress": .integer(1),
            "initialblockdownload": .bool(false),
            "chainwork": .string(tip.work.hash.displayHex),
            "pruned": .bool(false),
            "warnings": .array([]),
        ])
    }

    private func blockHash(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        let height = try parameters.integer(0, "height")
        guard let entry = Int(exactly: height).flatMap({ chain.index.entry(atHeight: $0) }) else {
            throw .invalidParameter("Block height out of range")
        }
        return .string(entry.hash.displayHex)
    }

    private func entry(_ parameters: RPCParameters) throws(RPCError) -> ChainIndex.Entry {
        guard let entry = chain.index[try parameters.hash(0, "blockhash")] else {
            throw .invalidAddressOrKey("Block not found")
        }
        return entry
    }

    private func blockHeader(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        let entry = try entry(parameters)
        guard try parameters.flag(1, "verbose", absent: true) else {
            return .string(Hex.encode(entry.header.encoded()))
        }
        return .object(headerMembers(entry))
    }

    private func headerMembers(_ entry: ChainIndex.Entry) -> [JSONValue.Member] {
        let index = chain.index
        let isActive = index.isActive(entry)
        let header = entry.header
        let previous = entry.height == 0 ? nil : JSONValue.string(header.previousBlock.displayHex)
        let next = isActive ? index.entry(atHeight: entry.height + 1) : nil
        let value = JSONValue.members([
            "hash": .string(entry.hash.displayHex),
            "confirmations": .integer(isActive ? index.height - entry.height + 1 : -1),
            "height": .integer(entry.height),
            "version": .integer(Int32(bitPattern: header.version)),
            "versionHex": .string(Hex.encode(header.version.bigEndianBytes)),
            "merkleroot": .string(header.merkleRoot.displayHex),
            "time": .integer(header.time),
            "mediantime": .integer(index.medianTimePast(of: entry)),
            "nonce": .integer(header.nonce),
            "bits": .string(header.bitsHex),
            "target": .string(header.targetHex),
            "difficulty": .number(header.difficulty),
            "chainwork": .string(entry.work.hash.displayHex),
            "nTx": .integer(entry.transactionCount),
            "previousblockhash": previous,
            "nextblockhash": next.map { .string($0.hash.displayHex) },
        ])
        guard case .object(let members) = value else {
            return []
        }
        return members
    }

    private func block(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        let entry = try entry(parameters)
        let verbosity: Int64
        switch parameters[1] {
        case nil: verbosity = 1
        case .bool(let flag): verbosity = flag ? 1 : 0
        default: verbosity = try parameters.integer(1, "verbosity")
        }
        guard let raw = chain.block(entry.hash), let block = try? Block(decoding: raw) else {
            throw .miscellaneous("Block not available")
        }
        guard verbosity > 0 else {
            return .string(Hex.encode(raw))
        }
        let stripped = block.transactions.reduce(BlockHeader.size) { $0 + $1.strippedSize }
        let countSize = raw.count - block.transactions.reduce(BlockHeader.size) { $0 + $1.totalSize }
        let transactions = block.transactions.map { transaction in
            verbosity == 1 ? JSONValue.string(transaction.txid.displayHex) : .object(Self.members(of: transaction))
        }
        return .object(
            headerMembers(entry) + [
                JSONValue.Member("strippedsize", .integer(stripped + countSize)),
                JSONValue.Member("size", .integer(raw.count)),
                JSONValue.Member("weight", .integer(block.weight)),
                JSONValue.Member("tx", .array(transactions)),
            ])
    }
}

extension BlockHeader {
    /// nBits as bitcoind shows it: 8 digits of hex.
    fileprivate var bitsHex: String { Hex.encode(bits.rawValue.bigEndianBytes) }

    /// The target as bitcoind shows it: 64 digits of hex.
    fileprivate var targetHex: String { ((try? bits.target())?.value.hash ?? .zero).displayHex }

    /// The difficulty as bitcoind computes it, in floating point.
    fileprivate var difficulty: String {
        let mantissa = Double(bits.rawValue & 0xff_ffff)
        let steps = 29 - Int(bits.rawValue >> 24)
        let scale = (0..<abs(steps)).reduce(1.0) { scale, _ in scale * 256 }
        let base = Double(0xffff) / mantissa
        return "\(steps >= 0 ? base * scale : base / scale)"
    }
}
