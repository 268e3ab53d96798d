public import Bitcoin
public import BitcoinNode

/// A job as `mining.notify` brings it.
public struct StratumJob: Hashable, Sendable {
    /// What the pool calls the job.
    public let id: String
    /// The block to build on.
    public let previousBlock: Hash256
    /// The coinbase before the extranonce, without witness.
    public let coinbase1: [UInt8]
    /// The coinbase behind the extranonce.
    public let coinbase2: [UInt8]
    /// From the coinbase to the merkle root.
    public let merkleBranch: MerkleBranch
    /// The header's version before bits are rolled.
    public let version: UInt32
    /// The header's nBits.
    public let bits: CompactTarget
    /// The header's time, seconds since 1970.
    public let ntime: UInt32
    /// Whether all earlier work is to be dropped.
    public let isClean: Bool

    /// Reads the params of a `mining.notify`; nil unless there are nine of the customary forms.
    public init?(params: [JSONValue]) {
        guard params.count >= 9, let id = params[0].text,
            let words = Self.bytes(params[1]), words.count == 32,
            let coinbase1 = Self.bytes(params[2]), let coinbase2 = Self.bytes(params[3]),
            let branch = params[4].elements,
            let version = Self.number(params[5]), let bits = Self.number(params[6]),
            let ntime = Self.number(params[7]), let isClean = params[8].flag
        else {
            return nil
        }
        // On the wire the four bytes of each word stand in reverse.
        let previous = (0..<32).map { words[$0 ^ 3] }
        let hashes = branch.compactMap { $0.text.flatMap { try? Hash256(internalHex: $0) } }
        guard let previousBlock = try? Hash256(internalBytes: previous), hashes.count == branch.count else {
            return nil
        }
        self.id = id
        self.previousBlock = previousBlock
        self.coinbase1 = coinbase1
        self.coinbase2 = coinbase2
        merkleBranch = MerkleBranch(hashes: hashes)
        self.version = version
        self.bits = CompactTarget(rawValue: bits)
        self.ntime = ntime
        self.isClean = isClean
    }

    private static func bytes(_ value: JSONValue) -> [UInt8]? {
        value.text.flatMap { try? Hex.decode($0) }
    }

    /// Eight digits, most significant first.
    private static func number(_ value: JSONValue) -> UInt32? {
        guard let bytes = bytes(value), bytes.count == 4 else {
            return nil
        }
        return bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Everything that is needed to hash for a pool: a job, the connection's extranonce, and what counts as a share.
public struct StratumWork: Hashable, Sendable {
    /// The job.
    public let job: StratumJob
    /// The pool's part of the extranonce.
    public let extranonce1: [UInt8]
    /// Bytes of the miner's part, 1 ... 16.
    public let extranonce2Size: Int
    /// The bits of the version that may be rolled (BIP310); 0: none.
    public let versionMask: UInt32
    /// What a share must meet.
    public let difficulty: StratumDifficulty

    /// The coinbase without witness.
    public func coinbase(extranonce2: [UInt8]) -> [UInt8] {
        job.coinbase1 + extranonce1 + extranonce2 + job.coinbase2
    }

    /// A header with nonce 0.
    public func header(extranonce2: [UInt8], versionBits: UInt32) -> BlockHeader {
        let txid = SHA256.doubleHash(coinbase(extranonce2: extranonce2))
        return BlockHeader(
            version: job.version & ~versionMask | versionBits & versionMask, previousBlock: job.previousBlock,
            merkleRoot: job.merkleBranch.root(coinbase: txid), time: job.ntime, bits: job.bits, nonce: 0)
    }

    /// One of the headers that there are: `index` counts rolled versions first, then extranonces.
    public func header(at index: UInt64) -> Place {
        let rolled = UInt64(versionMask.nonzeroBitCount)
        let versionBits = Self.deposit(UInt32(truncatingIfNeeded: index), into: versionMask)
        let extranonce2 = Self.bytes(index >> rolled, count: extranonce2Size)
        return Place(
            header: header(extranonce2: extranonce2, versionBits: versionBits), extranonce2: extranonce2,
            versionBits: versionBits)
    }

    /// A header to try nonces on, and what the miner chose for it.
    public struct Place: Hashable, Sendable {
        /// The header, with nonce 0.
        public let header: BlockHeader
        /// The miner's part of the extranonce.
        public let extranonce2: [UInt8]
        /// The rolled bits.
        public let versionBits: UInt32
    }

    /// Spreads the low bits of a number over the bits of a mask, lowest first.
    private static func deposit(_ number: UInt32, into mask: UInt32) -> UInt32 {
        var result: UInt32 = 0
        var rest = number
        for bit in 0..<32 where mask >> bit & 1 == 1 {
            result |= (rest & 1) << bit
            rest >>= 1
        }
        return result
    }

    /// The number's last `count` bytes, most significant first.
    private static func bytes(_ number: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) : 0 }
    }
}

/// A share that was found.
public struct FoundShare: Hashable, Sendable {
    /// The job it is for.
    public let jobID: String
    /// The miner's part of the extranonce.
    public let extranonce2: [UInt8]
    /// The header's time.
    public let ntime: UInt32
    /// The nonce.
    public let nonce: UInt32
    /// The rolled bits; nil where the version is not rolled.
    public let versionBits: UInt32?

    /// The share of `work` with that nonce.
    public init(work: StratumWork, place: StratumWork.Place, nonce: UInt32) {
        jobID = work.job.id
        extranonce2 = place.extranonce2
        ntime = work.job.ntime
        self.nonce = nonce
        versionBits = work.versionMask == 0 ? nil : place.versionBits
    }
}
