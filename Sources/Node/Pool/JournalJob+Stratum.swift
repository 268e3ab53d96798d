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
            header: parameters.header, minimumTime: parameters.minTime, currentTime: parameters.currentTime,
            coinbase: job.coinbase)
    }
}

extension StratumJob {
    /// The job that a record of the journal is of: the same shares are judged in the same way.
    init(restoring record: JournalJob) throws(CoinbaseLayoutError) {
        try self.init(
            sequence: record.sequence,
            identity: Identity(
                syndicate: SyndicateID(record.owner.syndicate), msp: MSPID(Hash256(record.owner.msp)),
                logPosition: LogPosition(k: record.owner.logPosition, hash: record.owner.logHash)),
            header: record.header, times: (record.minimumTime, record.currentTime), coinbase: record.coinbase)
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
