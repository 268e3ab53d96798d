public import Bitcoin

/// A share as it is submitted.
public struct Share: Equatable, Sendable {
    /// The job's id.
    public var job: String
    /// 16 hex digits.
    public var extranonce2: String
    /// 8 hex digits.
    public var ntime: String
    /// 8 hex digits.
    public var nonce: String
    /// 8 hex digits, or nil for a submit of five params.
    public var bits: String?
    /// The header's hash.
    public var hash: Hash256

    /// mining.submit.
    public func line(_ id: String, worker: String) -> String {
        let sixth = bits.map { ",\"\($0)\"" } ?? ""
        return Lines.request(
            id, "mining.submit", #"["\#(worker)","\#(job)","\#(extranonce2)","\#(ntime)","\#(nonce)"\#(sixth)]"#)
    }
}

/// Finds shares as a miner does: by the job's words only.
public struct Grinder {
    /// From subscribe's answer.
    public let extranonce1: [UInt8]
    private var counter: UInt64 = 0

    /// A grinder of one session.
    public init(extranonce1: [UInt8]) {
        self.extranonce1 = extranonce1
    }

    /// What a share may differ in from the usual.
    public struct Variation: Sendable {
        /// Header time; nil for the job's.
        public var ntime: UInt32?
        /// Rolled bits and the mask that they are under; nil for none.
        public var rolled: (bits: UInt32, mask: UInt32)?

        /// The usual share.
        public init(ntime: UInt32? = nil, rolled: (bits: UInt32, mask: UInt32)? = nil) {
            self.ntime = ntime
            self.rolled = rolled
        }
    }

    /// The next share of a job whose hash is wanted. No share comes twice.
    public mutating func find(
        _ job: Job, _ variation: Variation = Variation(), where isWanted: (Hash256) -> Bool
    ) throws -> Share {
        counter += 1
        let extranonce2 = withUnsafeBytes(of: counter.bigEndian) { Array($0) }
        var header = Self.header(job, extranonce: extranonce1 + extranonce2, variation)
        for step in 0..<UInt32(1 << 22) {
            let nonce = 0xabcd_0000 &+ step
            for byte in 0..<4 { header[76 + byte] = UInt8(truncatingIfNeeded: nonce >> (8 * UInt32(byte))) }
            let hash = SHA256.doubleHash(header)
            if isWanted(hash) {
                return Share(
                    job: job.id, extranonce2: Hex.encode(extranonce2), ntime: Job.hex8(variation.ntime ?? job.ntime),
                    nonce: Job.hex8(nonce), bits: variation.rolled.map { Job.hex8($0.bits) }, hash: hash)
            }
        }
        throw Mismatch("no share in four million hashes at level \(job.level)")
    }

    /// The header's hash for a share's numbers with another extranonce1 or job.
    public static func hash(_ job: Job, extranonce1: [UInt8], _ share: Share) throws -> Hash256 {
        var header = header(job, extranonce: extranonce1 + (try Hex.decode(share.extranonce2)), Variation())
        header.replaceSubrange(68..<72, with: try Hex.decode(share.ntime).reversed())
        header.replaceSubrange(76..<80, with: try Hex.decode(share.nonce).reversed())
        return SHA256.doubleHash(header)
    }

    private static func header(_ job: Job, extranonce: [UInt8], _ variation: Variation) -> [UInt8] {
        var root = SHA256.doubleHash(job.coinbase1 + extranonce + job.coinbase2).bytes
        for hash in job.branch { root = SHA256.doubleHash(root + hash).bytes }
        let rolled = variation.rolled ?? (0, 0)
        let version = job.version & ~rolled.mask | rolled.bits & rolled.mask
        func bytes(_ value: UInt32) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        return bytes(version) + job.previous + root + bytes(variation.ntime ?? job.ntime) + bytes(job.bits) + bytes(0)
    }
}
