public import Bitcoin
internal import Shares
internal import Wire

/// The coinbase of a block that the pool found (docs/protocol/accounting.md, Blocks).
public struct FoundCoinbase: Hashable, Sendable {
    /// The hash of the block's header.
    public let block: Hash256
    /// The block's height.
    public let height: UInt32
    /// The block that it builds on.
    public let previousBlock: Hash256
    /// nBits of its header.
    public let target: CompactTarget
    /// The id of its coinbase, whose first output has the value.
    public let transaction: Hash256
    /// Subsidy and fees.
    public let value: Amount
    /// The script of the first output.
    public let script: Script
    /// The MSP whose job it was.
    public let msp: XOnlyKeyBytes
    /// The place in the log that the job names.
    let position: LogPosition

    /// What a record says; nil unless it is a block of this syndicate with its work done.
    init?(_ found: BlockFound, syndicate: Hash256) {
        let job = found.job
        guard job.owner.syndicate == syndicate, let level = ShareLevel(found.level),
            let layout = try? job.coinbase.layout(), let owner = Self.owner(found, level)
        else { return nil }
        transaction = layout.transaction(owner: owner.hash, extranonce: found.extranonce).txid
        let header = BlockHeader(
            version: job.header.version & ~job.header.versionMask | found.versionBits & job.header.versionMask,
            previousBlock: job.header.previousBlock, merkleRoot: job.header.merkleBranch.root(coinbase: transaction),
            time: found.ntime, bits: job.header.compactTarget, nonce: found.nonce)
        guard header.meetsOwnTarget else { return nil }
        block = header.hash
        height = job.coinbase.height
        previousBlock = job.header.previousBlock
        target = job.header.compactTarget
        value = job.coinbase.value
        script = job.coinbase.custodyScript
        msp = job.owner.msp
        position = LogPosition(k: job.owner.logPosition, hash: job.owner.logHash)
    }

    /// What voters must have said for the block to be one.
    var report: ChainReport { ChainReport(height: height, previous: previousBlock, target: target) }

    private static func owner(_ found: BlockFound, _ level: ShareLevel) -> OwnerCommitment? {
        let owner = found.job.owner
        guard let msp = try? Hash256(internalBytes: owner.msp.bytes),
            let miner = try? Hash256(internalBytes: found.miner.bytes)
        else { return nil }
        return OwnerCommitment(
            syndicate: SyndicateID(owner.syndicate), msp: MSPID(msp), miner: MinerID(miner), level: level,
            jobSequence: found.job.sequence, logPosition: LogPosition(k: owner.logPosition, hash: owner.logHash))
    }
}
