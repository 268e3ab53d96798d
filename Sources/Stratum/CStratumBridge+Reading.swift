internal import Bitcoin
internal import CStratum
internal import Shares

/// Where the pointers of this module stop that are read: shares, logins, blocks and counters.
extension CStratumBridge {
    static func share(_ raw: rp_stratum_share) -> AcceptedShare {
        AcceptedShare(
            jobSequence: raw.job_sequence, account: raw.account, worker: raw.worker, level: raw.level,
            extranonce: extranonce(raw.extranonce1, raw.extranonce2),
            roll: HeaderRoll(ntime: raw.ntime, nonce: raw.nonce, versionBits: raw.version_bits))
    }

    static func raw(_ share: AcceptedShare) -> rp_stratum_share {
        var raw = rp_stratum_share()
        raw.job_sequence = share.jobSequence
        raw.account = share.account
        raw.worker = share.worker
        raw.level = share.level
        unsafe raw.extranonce1 = unsafeBitCast(share.extranonce.extranonce1.bigEndian, to: FourBytes.self)
        unsafe raw.extranonce2 = unsafeBitCast(share.extranonce.extranonce2.bigEndian, to: EightBytes.self)
        raw.ntime = share.roll.ntime
        raw.nonce = share.roll.nonce
        raw.version_bits = share.roll.versionBits
        return raw
    }

    /// C's arrays as Swift sees them; their bits are those of an integer of the same size.
    private typealias FourBytes = (UInt8, UInt8, UInt8, UInt8)
    private typealias EightBytes = (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)

    private static func extranonce(_ first: FourBytes, _ second: EightBytes) -> Extranonce {
        unsafe Extranonce(
            UInt32(bigEndian: unsafeBitCast(first, to: UInt32.self)),
            UInt64(bigEndian: unsafeBitCast(second, to: UInt64.self)))
    }

    static func refusal(_ raw: rp_stratum_refusal) -> RefusedShare {
        RefusedShare(
            account: raw.account, worker: raw.worker, verdict: ShareVerdict(rawValue: raw.verdict) ?? .malformed)
    }

    static func login(_ raw: UnsafePointer<rp_stratum_login>) -> MinerLogin {
        MinerLogin(
            ticket: unsafe raw.pointee.ticket, account: unsafe text(raw.pointee.account),
            worker: unsafe text(raw.pointee.worker), password: unsafe text(raw.pointee.password),
            agent: unsafe text(raw.pointee.agent), address: unsafe text(raw.pointee.address))
    }

    /// A text in an array of C, up to its zero byte.
    private static func text<Characters>(_ characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    static func block(_ raw: rp_stratum_block) -> SolvedBlock? {
        guard let level = ShareLevel(raw.level) else { return nil }
        return SolvedBlock(
            Share(
                jobSequence: raw.job_sequence, miner: MinerID(hash(raw.miner_id32)), level: level,
                extranonce: extranonce(raw.extranonce1, raw.extranonce2),
                roll: HeaderRoll(ntime: raw.ntime, nonce: raw.nonce, versionBits: raw.version)),
            version: raw.version, hash: hash(raw.hash32), verdict: ShareVerdict(rawValue: raw.verdict) ?? .malformed)
    }

    /// 32 bytes of C as a hash.
    private static func hash<Bytes>(_ bytes: Bytes) -> Hash256 {
        unsafe withUnsafeBytes(of: bytes) { bytes in
            let word = { (index: Int) in
                unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
            return Hash256(littleEndianWords: (word(0), word(1), word(2), word(3)))
        }
    }

    // MARK: Counters

    static func metrics(_ server: OpaquePointer) -> StratumMetrics {
        var raw = rp_stratum_metrics()
        unsafe rp_stratum_read_metrics(server, &raw)
        var metrics = StratumMetrics()
        metrics.connections = raw.connections
        metrics.miners = raw.miners
        metrics.acceptedConnections = raw.accepted_connections
        metrics.endings = counters(raw.endings)
        metrics.lines = raw.lines
        metrics.bytesIn = raw.bytes_in
        metrics.bytesOut = raw.bytes_out
        metrics.verdicts = counters(raw.verdicts)
        metrics.requestErrors = counters(raw.errors)
        metrics.refusedLogins = raw.logins_refused
        metrics.blocks = raw.blocks
        metrics.notifies = raw.notifies
        metrics.resumed = raw.resumed
        metrics.filteredShares = raw.filter_shares
        metrics.waitingShares = raw.waiting_shares
        metrics.reply = LatencyHistogram(buckets: counters(raw.reply.buckets), sum: raw.reply.sum)
        metrics.notify = LatencyHistogram(buckets: counters(raw.notify.buckets), sum: raw.notify.sum)
        return metrics
    }

    /// An array of 64-bit counters of C.
    private static func counters<Counters>(_ values: Counters) -> [UInt64] {
        unsafe withUnsafeBytes(of: values) { unsafe Array($0.assumingMemoryBound(to: UInt64.self)) }
    }
}
