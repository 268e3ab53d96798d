internal import Bitcoin
internal import Foundation

extension RegtestNode {
    /// `getblocktemplate`: the next block (BIP22, BIP23, BIP145), after a long poll where one is asked for.
    func getBlockTemplate(_ parameters: RPCParameters) async throws(RPCError) -> JSONValue {
        let request = parameters[0] ?? .object([])
        guard (request["mode"] ?? .string("template")) == .string("template") else {
            throw .invalidParameter("Invalid mode")
        }
        let rules = request["rules"]?.elements ?? []
        guard rules.contains(.string("segwit")) else {
            throw .invalidParameter(
                "getblocktemplate must be called with the segwit rule set (call with {\"rules\": [\"segwit\"]})")
        }
        if let longPoll = request["longpollid"] {
            let (tip, sequence) = try Self.parse(longPoll)
            await waitForChange(tip: tip, poolSequence: sequence)
            try refuseIfStopped()
        }
        return answer(chain.template(now: now))
    }

    private static func parse(_ longPoll: JSONValue) throws(RPCError) -> (Hash256, UInt64) {
        guard let text = longPoll.text, let tip = try? Hash256(displayHex: String(text.prefix(64))),
            let sequence = UInt64(text.dropFirst(64))
        else {
            throw .invalidParameter("longpollid must be one that getblocktemplate has given")
        }
        return (tip, sequence)
    }

    private func answer(_ template: RegtestTemplate) -> JSONValue {
        let target = (try? RegtestTemplate.bits.target())?.value.hash ?? .zero
        return .members([
            "capabilities": .array([]),
            "version": .integer(RegtestTemplate.version),
            "rules": .array([.string("csv"), .string("!segwit"), .string("taproot")]),
            "vbavailable": .object([]),
            "vbrequired": .integer(0),
            "previousblockhash": .string(template.previousBlock.displayHex),
            "transactions": .array(transactions(of: template)),
            "coinbaseaux": .object([]),
            "coinbasevalue": .integer(template.coinbaseValue.satoshis),
            "longpollid": .string("\(template.previousBlock.displayHex)\(chain.poolSequence)"),
            "target": .string(target.displayHex),
            "mintime": .integer(template.minimumTime),
            "mutable": .array([.string("time"), .string("transactions"), .string("prevblock")]),
            "noncerange": .string("00000000ffffffff"),
            "sigoplimit": .integer(SigopCost.blockLimit),
            "sizelimit": .integer(RegtestTemplate.weightLimit),
            "weightlimit": .integer(RegtestTemplate.weightLimit),
            "curtime": .integer(template.currentTime),
            "bits": .string(Hex.encode(RegtestTemplate.bits.rawValue.bigEndianBytes)),
            "height": .integer(template.height),
            "default_witness_commitment": .string(Hex.encode(template.witnessCommitment.script.bytes)),
        ])
    }

    private func transactions(of template: RegtestTemplate) -> [JSONValue] {
        var positions: [Hash256: Int] = [:]
        return template.entries.enumerated().map { index, entry in
            positions[entry.txid] = index + 1
            let depends = entry.parents.compactMap { positions[$0] }.sorted()
            return .members([
                "data": .string(Hex.encode(entry.raw)),
                "txid": .string(entry.txid.displayHex),
                "hash": .string(entry.wtxid.displayHex),
                "depends": .array(depends.map { .integer($0) }),
                "fee": .integer(entry.fee.satoshis),
                "sigops": .integer(entry.sigopCost),
                "weight": .integer(entry.weight),
            ])
        }
    }

    /// `submitblock`: null, or why not (BIP22).
    func submitBlock(_ parameters: RPCParameters) throws(RPCError) -> JSONValue {
        try parameters.expect(1...2, usage: "submitblock \"hexdata\" ( \"dummy\" )")
        guard let bytes = try? Hex.decode(parameters.text(0, "hexdata")), var block = try? Block(decoding: bytes) else {
            throw .deserialization("Block decode failed")
        }
        // Where a coinbase has a commitment and no witness, the customary one is meant.
        if let coinbase = block.transactions.first, !coinbase.hasWitness, coinbase.isCoinbase,
            WitnessCommitment(coinbase: coinbase) != nil
        {
            block.transactions[0].inputs[0].witness = [WitnessCommitment.reservedValue]
        }
        switch try submit(block.encoded()) {
        case .connected: return .null
        case .stored: return .string("inconclusive")
        case .known: return .string("duplicate")
        case .refused(let reason): return .string(reason)
        case .unreadable: throw .deserialization("Block decode failed")
        }
    }

    /// `generatetoaddress`: mines blocks at once and gives their hashes.
    func generateToAddress(_ parameters: RPCParameters) async throws(RPCError) -> JSONValue {
        try parameters.expect(2...3, usage: "generatetoaddress nblocks \"address\" ( maxtries )")
        let count = try parameters.integer(0, "nblocks")
        guard (0...10_000).contains(count) else {
            throw .invalidParameter("nblocks must be between 0 and 10000")
        }
        guard let address = try? Address(decoding: parameters.text(1, "address"), network: .regtest) else {
            throw .invalidAddressOrKey("Error: Invalid address")
        }
        var hashes: [JSONValue] = []
        for _ in 0..<count {
            try refuseIfStopped()
            let tag = UInt64.random(in: .min ... .max).bigEndianBytes
            let block = chain.template(now: now).mined(payingTo: address.script, tag: tag)
            guard try submit(block.encoded()) == .connected else {
                throw .miscellaneous("ProcessNewBlock, block not accepted")
            }
            hashes.append(.string(block.header.hash.displayHex))
            await Task.yield()
        }
        return .array(hashes)
    }
}

extension FixedWidthInteger {
    /// The bytes, most significant first.
    var bigEndianBytes: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
