public import Bitcoin
public import Shares

/// A job with everything that it was made from, and the transactions of its block where they are known.
public struct StratumJob: Sendable {
    /// Whose job it is.
    public struct Identity: Hashable, Sendable {
        /// The syndicate whose log its shares enter.
        public var syndicate: SyndicateID
        /// The MSP that makes the job.
        public var msp: MSPID
        /// The newest commit of the log.
        public var logPosition: LogPosition

        /// A job of an MSP.
        public init(syndicate: SyndicateID, msp: MSPID, logPosition: LogPosition) {
            self.syndicate = syndicate
            self.msp = msp
            self.logPosition = logPosition
        }
    }

    /// What the validator judges the job's shares by.
    public let parameters: ShareJob.Parameters

    /// What the coinbase is made from.
    public let coinbase: CoinbaseTemplate

    /// The template with the block's transactions; nil for a restored job whose transactions are not known any more.
    public private(set) var template: BlockTemplate?

    /// Counts the MSP's jobs.
    public var sequence: UInt64 { parameters.jobSequence }

    /// The block that the job builds on.
    public var previousBlock: Hash256 { parameters.header.previousBlock }

    /// A job of values that were kept: what a journal brings back.
    ///
    /// Its block can be built again only where it has no transaction but the coinbase.
    ///
    /// - Parameters:
    ///   - sequence: below 2^56.
    ///   - header: version bits inside the mask are cleared.
    ///   - times: the earliest header time and the template's own, seconds since 1970.
    public init(
        sequence: UInt64, identity: Identity, header: HeaderTemplate, times: (minimum: UInt32, current: UInt32),
        coinbase: CoinbaseTemplate
    ) throws(CoinbaseLayoutError) {
        var header = header
        header.version &= ~header.versionMask
        parameters = ShareJob.Parameters(
            syndicate: identity.syndicate, msp: identity.msp, jobSequence: sequence,
            logPosition: identity.logPosition, header: header, minTime: times.minimum, currentTime: times.current,
            coinbase: try coinbase.layout())
        self.coinbase = coinbase
        if header.merkleBranch.hashes.isEmpty {
            template = Self.emptyTemplate(parameters, coinbase)
        }
    }

    /// The job without the transactions of its block, which most of its memory is.
    public var withoutTransactions: StratumJob {
        var job = self
        if let template, !template.transactions.isEmpty { job.template = nil }
        return job
    }

    init(_ template: BlockTemplate, sequence: UInt64, maker: JobMaker) throws(CoinbaseLayoutError) {
        let header = HeaderTemplate(
            version: template.header.version, versionMask: maker.versionMask,
            previousBlock: template.header.previousBlock, compactTarget: template.header.bits,
            merkleBranch: template.merkleBranch)
        try self.init(
            sequence: sequence, identity: maker.identity, header: header,
            times: (template.minimumTime, template.header.time),
            coinbase: CoinbaseTemplate(
                height: template.height, value: template.coinbaseValue, custodyScript: maker.custodyScript,
                tag: maker.tag, witnessCommitment: template.witnessCommitment))
        self.template = template
    }

    private static func emptyTemplate(
        _ parameters: ShareJob.Parameters, _ coinbase: CoinbaseTemplate
    ) -> BlockTemplate? {
        let header = BlockHeader(
            version: parameters.header.version, previousBlock: parameters.header.previousBlock, merkleRoot: .zero,
            time: parameters.currentTime, bits: parameters.header.compactTarget, nonce: 0)
        return try? BlockTemplate(
            header: header, height: coinbase.height, minimumTime: parameters.minTime, coinbaseValue: coinbase.value,
            transactions: [], defaultWitnessCommitment: coinbase.witnessCommitment?.script)
    }

    // MARK: Blocks

    /// The whole block that a share solved; nil where the transactions are not known, or the share is not of this job.
    public func block(of solved: SolvedBlock) -> [UInt8]? {
        guard let template, solved.jobSequence == sequence else { return nil }
        let commitment = OwnerCommitment(
            syndicate: parameters.syndicate, msp: parameters.msp, miner: solved.miner, level: solved.level,
            jobSequence: sequence, logPosition: parameters.logPosition)
        let transaction = parameters.coinbase.transaction(owner: commitment.hash, extranonce: solved.extranonce)
        let header = template.header(
            coinbase: transaction.txid, version: solved.version, time: solved.ntime, nonce: solved.nonce)
        guard header.hash == solved.hash else { return nil }
        return template.encodedBlock(header: header, coinbase: transaction)
    }
}
