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

    /// Counts the MSP's jobs; never reused.
    public let sequence: UInt64
    /// What the shares commit to.
    public let owner: Owner
    /// What the job fixes of the header.
    public let header: HeaderTemplate
    /// The earliest header time, seconds since 1970.
    public let minimumTime: UInt32
    /// The template's own time, seconds since 1970; a header's may run ahead of it by 7200.
    public let currentTime: UInt32
    /// The coinbase.
    public let coinbase: CoinbaseTemplate

    /// A job.
    ///
    /// - Throws: `RecordFault` for a field outside its bounds.
    public init(
        sequence: UInt64, owner: Owner, header: HeaderTemplate, minimumTime: UInt32, currentTime: UInt32,
        coinbase: CoinbaseTemplate
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
