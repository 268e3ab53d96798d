public import Bitcoin

/// What makes two shares the same share: the tuple that, with the job, fixes the header hash (DESIGN section 3).
///
/// Uniqueness is judged in the order of the ledger, so identities also have a total order of their own, that of their
/// canonical bytes.
public struct ShareIdentity: Hashable, Comparable, Sendable {
    /// The MSP that made the job.
    public let msp: MSPID
    /// Counts that MSP's jobs.
    public let jobSequence: UInt64
    /// The miner that is credited.
    public let miner: MinerID
    /// The difficulty that is credited.
    public let level: ShareLevel
    /// The bytes that make this coinbase unlike the others of its work.
    public let extranonce: Extranonce
    /// Header time, seconds since 1970.
    public let ntime: UInt32
    /// Header nonce.
    public let nonce: UInt32
    /// The header's whole version, after the rolled bits were merged in: two submissions whose bits differ only
    /// outside the mask are one share.
    public let version: UInt32

    /// The identity of `share`, whose job was made by `msp` and whose header has `version`.
    public init(of share: Share, msp: MSPID, version: UInt32) {
        self.msp = msp
        jobSequence = share.jobSequence
        miner = share.miner
        level = share.level
        extranonce = share.extranonce
        ntime = share.roll.ntime
        nonce = share.roll.nonce
        self.version = version
    }

    /// Canonical encoding, 97 bytes: MSP(32), job sequence(8), miner(32), level(1), extranonce(12), ntime(4),
    /// nonce(4), version(4). Integers are little-endian; the extranonce keeps its order in the coinbase.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(97)
        out += msp.bytes.bytes
        out += Self.littleEndian(jobSequence)
        out += miner.bytes.bytes
        out.append(level.rawValue)
        out += extranonce.bytes
        out += Self.littleEndian(ntime)
        out += Self.littleEndian(nonce)
        out += Self.littleEndian(version)
        return out
    }

    /// Orders identities by their canonical bytes.
    public static func < (a: ShareIdentity, b: ShareIdentity) -> Bool {
        a.bytes.lexicographicallyPrecedes(b.bytes)
    }

    private static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        stride(from: 0, to: Value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> Value($0)) }
    }
}
