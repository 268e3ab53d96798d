internal import Bitcoin

extension JournalJob {
    /// Decodes the whole of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = try Self.startDecoding(bytes)
        let sequence = try reader.uint64()
        let owner = Owner(
            syndicate: try reader.hash(), msp: try reader.key(), logPosition: try reader.uint64(),
            logHash: try reader.hash())
        var header = HeaderTemplate(
            version: try reader.uint32(.version), versionMask: try reader.uint32(),
            previousBlock: try reader.hash(), compactTarget: CompactTarget(rawValue: try reader.uint32(.compactTarget)),
            merkleBranch: MerkleBranch(hashes: []))
        let minimumTime = try reader.uint32(.minimumTime)
        let currentTime = try reader.uint32()
        header.merkleBranch = MerkleBranch(hashes: try Self.readBranch(&reader))
        let coinbase = try Self.readCoinbase(&reader)
        try reader.finish()
        do {
            try self.init(
                sequence: sequence, owner: owner, header: header, minimumTime: minimumTime, currentTime: currentTime,
                coinbase: coinbase)
        } catch {
            throw reader.error(error)
        }
    }

    /// The encoding.
    public func encoded() -> [UInt8] {
        var writer = Self.startEncoding(capacity: 320 + 32 * header.merkleBranch.hashes.count)
        writer.append(littleEndian: sequence)
        writer.append(owner.syndicate)
        writer.append(owner.msp.bytes)
        writer.append(littleEndian: owner.logPosition)
        writer.append(owner.logHash)
        writer.append(littleEndian: header.version)
        writer.append(littleEndian: header.versionMask)
        writer.append(header.previousBlock)
        writer.append(littleEndian: header.compactTarget.rawValue)
        writer.append(littleEndian: minimumTime)
        writer.append(littleEndian: currentTime)
        writer.append(compactSize: header.merkleBranch.hashes.count)
        for hash in header.merkleBranch.hashes {
            writer.append(hash)
        }
        writer.append(littleEndian: coinbase.height)
        writer.append(littleEndian: coinbase.value.satoshis)
        writer.append(lengthPrefixed: coinbase.custodyScript.bytes)
        writer.append(lengthPrefixed: coinbase.tag)
        writer.append(coinbase.witnessCommitment == nil ? 0 : 1)
        if let commitment = coinbase.witnessCommitment {
            writer.append(commitment.hash)
        }
        return writer.bytes
    }

    private static func readBranch(_ reader: inout RecordReader) throws(WireError) -> [Hash256] {
        let count = try reader.count(.merkleBranch, minimumSize: 32)
        var branch: [Hash256] = []
        for _ in 0..<count {
            branch.append(try reader.hash())
        }
        return branch
    }

    private static func readCoinbase(_ reader: inout RecordReader) throws(WireError) -> CoinbaseTemplate {
        let height = try reader.uint32()
        guard let satoshis = Int64(exactly: try reader.uint64(.value)), let value = Amount(satoshis: satoshis) else {
            throw reader.error(RecordFault(.value))
        }
        let custodyScript = Script(try reader.lengthPrefixed(.custodyScript))
        let tag = try reader.lengthPrefixed(.tag)
        var commitment: WitnessCommitment?
        if try reader.flag(.witnessCommitment) {
            // The script's six bytes before the hash are BIP141's.
            let script = Script([0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed] + (try reader.hash()).bytes)
            commitment = WitnessCommitment(outputScript: script)
        }
        return CoinbaseTemplate(
            height: height, value: value, custodyScript: custodyScript, tag: tag, witnessCommitment: commitment)
    }
}
