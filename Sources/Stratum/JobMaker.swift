public import Bitcoin
internal import Shares

/// Makes jobs of block templates: what all jobs of an MSP have in common.
public struct JobMaker: Sendable {
    /// The network, which the subsidy of empty blocks follows from.
    public let network: Network
    /// Whose jobs they are, and the newest commit of the log.
    public var identity: StratumJob.Identity
    /// The script that the coinbase pays.
    public var custodyScript: Script
    /// Bytes that name the pool in the coinbase, at most 20.
    public let tag: [UInt8]
    /// Bits that miners may roll (BIP310).
    public let versionMask: UInt32

    /// A maker of jobs.
    ///
    /// - Throws: `CoinbaseLayoutError` for a tag or a script that no coinbase has room for.
    public init(
        network: Network, identity: StratumJob.Identity, custodyScript: Script, tag: [UInt8], versionMask: UInt32
    ) throws(CoinbaseLayoutError) {
        self.network = network
        self.identity = identity
        self.custodyScript = custodyScript
        self.tag = tag
        self.versionMask = versionMask
        // The longest of all coinbases: the highest height and a commitment. What it has room for, every job has.
        _ = try CoinbaseLayout(
            height: .max, tag: tag, custodyScript: custodyScript, value: .zero,
            witnessCommitment: WitnessCommitment(witnessRoot: .zero))
    }

    /// The job of a template.
    ///
    /// - Parameter sequence: the MSP's next job, never given before, below 2^56.
    public func job(sequence: UInt64, template: BlockTemplate) throws(CoinbaseLayoutError) -> StratumJob {
        try StratumJob(template, sequence: sequence, maker: self)
    }

    /// A job on a new tip before its template is there: no transactions, the subsidy alone, no witness commitment.
    ///
    /// - Parameters:
    ///   - sequence: the MSP's next job, never given before, below 2^56.
    ///   - header: version, parent, time and target; the merkle root and nonce do not matter.
    ///   - minimumTime: the earliest header time, seconds since 1970.
    public func emptyJob(
        sequence: UInt64, header: BlockHeader, height: UInt32, minimumTime: UInt32
    ) throws(CoinbaseLayoutError) -> StratumJob {
        let template = HeaderTemplate(
            version: header.version, versionMask: versionMask, previousBlock: header.previousBlock,
            compactTarget: header.bits, merkleBranch: MerkleBranch(hashes: []))
        return try StratumJob(
            sequence: sequence, identity: identity, header: template, times: (minimumTime, header.time),
            coinbase: CoinbaseTemplate(
                height: height, value: .subsidy(height: height, network: network), custodyScript: custodyScript,
                tag: tag, witnessCommitment: nil))
    }
}
