internal import Bitcoin
internal import Shares
internal import Stratum
internal import Wire

extension JournalJob {
    /// The journal's record of a job.
    init(_ job: StratumJob) throws(RecordFault) {
        let parameters = job.parameters
        guard let msp = try? XOnlyKeyBytes(parameters.msp.bytes.bytes) else { throw RecordFault(.members) }
        try self.init(
            sequence: job.sequence,
            owner: Owner(
                syndicate: parameters.syndicate.bytes, msp: msp, logPosition: parameters.logPosition.k,
                logHash: parameters.logPosition.hash),
            header: Header(
                version: parameters.header.version, versionMask: parameters.header.versionMask,
                previousBlock: parameters.header.previousBlock, compactTarget: parameters.header.compactTarget,
                merkleBranch: parameters.header.merkleBranch),
            minimumTime: parameters.minTime, currentTime: parameters.currentTime,
            coinbase: Coinbase(
                height: job.coinbase.height, value: job.coinbase.value, custodyScript: job.coinbase.custodyScript,
                tag: job.coinbase.tag, witnessCommitment: job.coinbase.witnessCommitment))
    }
}

extension StratumJob {
    /// The job that a record of the journal is of: the same shares are judged in the same way.
    init(restoring record: JournalJob) throws(CoinbaseLayoutError) {
        let coinbase = record.coinbase
        try self.init(
            sequence: record.sequence,
            identity: Identity(
                syndicate: SyndicateID(record.owner.syndicate), msp: MSPID(Hash256(record.owner.msp)),
                logPosition: LogPosition(k: record.owner.logPosition, hash: record.owner.logHash)),
            header: HeaderTemplate(
                version: record.header.version, versionMask: record.header.versionMask,
                previousBlock: record.header.previousBlock, compactTarget: record.header.compactTarget,
                merkleBranch: record.header.merkleBranch),
            times: (record.minimumTime, record.currentTime),
            coinbase: Coinbase(
                height: coinbase.height, value: coinbase.value, custodyScript: coinbase.custodyScript,
                tag: coinbase.tag, witnessCommitment: coinbase.witnessCommitment))
    }
}

extension Hash256 {
    /// The 32 bytes of a key in a type that the share's room names keys by.
    init(_ key: XOnlyKeyBytes) {
        self = (try? Hash256(internalBytes: key.bytes)) ?? .zero
    }
}

extension MinerID {
    /// The miner whose payout key this is.
    init(_ key: XOnlyKeyBytes) {
        self.init(Hash256(key))
    }
}
