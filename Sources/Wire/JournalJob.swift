public import Bitcoin

/// A job of one MSP with everything that is needed to judge its shares again.
public struct JournalJob: WireRecord {
    /// The first byte of the encoding.
    public static let type = RecordType.journalJob

    /// What the shares' owner hash commits to, beside miner and level.
    public struct Owner: Hashable, Sendable {
        /// The syndicate's id.
        public var syndicate: Hash256
        /// The x-only key of the MSP that made the job.
        public var msp: XOnlyKeyBytes
        /// The number k of the log's newest commit when the job was made.
        public var logPosition: UInt64
        /// The rolling hash H_k of the log up to that commit.
        public var logHash: Hash256

        /// Commits to all four.
        public init(syndicate: Hash256, msp: XOnlyKeyBytes, logPosition: UInt64, logHash: Hash256) {
            self.syndicate = syndicate
            self.msp = msp
            self.logPosition = logPosition
            self.logHash = logHash
        }
    }

    /// What the job fixes of the header.
    public struct Header: Hashable, Sendable {
        /// The version, with every bit of the mask cleared.
        public var version: UInt32
        /// The bits of the version that miners may roll (BIP310).
        public var versionMask: UInt32
        /// The hash of the previous block.
        public var previousBlock: Hash256
        /// The header's nBits, which state a target.
        public var compactTarget: CompactTarget
        /// The hashes that lead from the coinbase to the merkle root, at most 32.
        public var merkleBranch: MerkleBranch

        /// A header of the given fields.
        public init(
            version: UInt32, versionMask: UInt32, previousBlock: Hash256, compactTarget: CompactTarget,
            merkleBranch: MerkleBranch
        ) {
            self.version = version
            self.versionMask = versionMask
            self.previousBlock = previousBlock
            self.compactTarget = compactTarget
            self.merkleBranch = merkleBranch
        }
    }

    /// The typed values from which Bitcoin's `CoinbaseLayout` makes the coinbase.
    public struct Coinbase: Hashable, Sendable {
        /// The block's height.
        public var height: UInt32
        /// The block's subsidy and fees.
        public var value: Amount
        /// The script of the output that takes everything, 1 ... 400 bytes.
        public var custodyScript: Script
        /// Bytes that name the pool, at most 20.
        public var tag: [UInt8]
        /// The commitment to the block's witnesses; nil where the template has none.
        public var witnessCommitment: WitnessCommitment?

        /// A coinbase of the given values.
        public init(
            height: UInt32, value: Amount, custodyScript: Script, tag: [UInt8], witnessCommitment: WitnessCommitment?
        ) {
            self.height = height
            self.value = value
            self.custodyScript = custodyScript
            self.tag = tag
            self.witnessCommitment = witnessCommitment
        }
    }

    /// Counts the MSP's jobs; never reused.
    public let sequence: UInt64
    /// What the shares commit to.
    public let owner: Owner
    /// What the job fixes of the header.
    public let header: Header
    /// The earliest header time, seconds since 1970.
    public let minimumTime: UInt32
    /// The template's own time, seconds since 1970; a header's may run ahead of it by 7200.
    public let currentTime: UInt32
    /// The coinbase.
    public let coinbase: Coinbase

    /// A job.
    ///
    /// - Throws: `RecordFault` for a field outside its bounds.
    public init(
        sequence: UInt64, owner: Owner, header: Header, minimumTime: UInt32, currentTime: UInt32, coinbase: Coinbase
    ) throws(RecordFault) {
        self.sequence = sequence
        self.owner = owner
        self.header = header
        self.minimumTime = minimumTime
        self.currentTime = currentTime
        self.coinbase = coinbase
        try check()
    }

    private func check() throws(RecordFault) {
        if header.version & header.versionMask != 0 { throw RecordFault(.version) }
        if (try? header.compactTarget.target()) == nil { throw RecordFault(.compactTarget) }
        if UInt64(minimumTime) > UInt64(currentTime) + 7200 { throw RecordFault(.minimumTime) }
        if header.merkleBranch.hashes.count > 32 { throw RecordFault(.merkleBranch) }
        if !(1...400).contains(coinbase.custodyScript.bytes.count) { throw RecordFault(.custodyScript) }
        if coinbase.tag.count > CoinbaseLayout.maximumTagSize { throw RecordFault(.tag) }
    }
}
