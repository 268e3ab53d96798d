public import Bitcoin
public import Shares

/// What work must commit to, known from elsewhere than the pool that sends it.
public struct WorkExpectation: Hashable, Sendable {
    /// The syndicate: the hash of its genesis file.
    public var syndicate: SyndicateID
    /// The MSP that the miner is connected to.
    public var msp: MSPID
    /// The miner's payout key.
    public var miner: MinerID
    /// The place in the log that jobs name.
    public var logPosition: LogPosition
    /// What the coinbase must pay.
    public var custodyScript: Script
    /// The chain.
    public var network: Network
    /// The levels that the syndicate credits.
    public var levels: ClosedRange<UInt8>

    /// An expectation.
    public init(
        syndicate: SyndicateID, msp: MSPID, miner: MinerID, logPosition: LogPosition, custodyScript: Script,
        network: Network, levels: ClosedRange<UInt8>
    ) {
        self.syndicate = syndicate
        self.msp = msp
        self.miner = miner
        self.logPosition = logPosition
        self.custodyScript = custodyScript
        self.network = network
        self.levels = levels
    }
}

/// Checks of live work against what it must commit to (docs/protocol/share.md): that whoever hashes it is credited, at
/// the difficulty that was announced, by this MSP, and that the block pays the syndicate.
public struct WorkProof: Hashable, Sendable {
    /// One check and what it found.
    public struct Check: Hashable, Sendable {
        /// What was checked.
        public let name: String
        /// Whether it holds.
        public let holds: Bool
        /// What was found.
        public let finding: String
    }

    /// All checks, in order.
    public private(set) var checks: [Check] = []

    /// Whether all of them hold.
    public var holds: Bool { checks.allSatisfy(\.holds) }

    /// Checks work.
    public init(of work: StratumWork, against expected: WorkExpectation) {
        let claim = checkJobID(work, expected.levels)
        checkOwner(work, claim, expected)
        checkCoinbase(work, expected)
        checkHeader(work, expected.network)
    }

    private mutating func add(_ name: String, _ holds: Bool, _ finding: String) {
        checks.append(Check(name: name, holds: holds, finding: finding))
    }

    // MARK: The job id names the job's number and the level

    private mutating func checkJobID(_ work: StratumWork, _ levels: ClosedRange<UInt8>) -> (UInt64, ShareLevel)? {
        guard let bytes = try? Hex.decode(work.job.id), bytes.count == 8, let level = ShareLevel(bytes[7]) else {
            add("job id", false, "\(work.job.id) is not a job number and a level")
            return nil
        }
        let sequence = bytes[..<7].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        add("job id", true, "job \(sequence) at level \(level.rawValue)")
        add(
            "level", levels.contains(level.rawValue),
            "\(level.rawValue), credited are \(levels.lowerBound) to \(levels.upperBound)")
        let target = Target(shareLevel: level.rawValue)
        add(
            "difficulty", work.difficulty.target == target,
            "announced \(work.difficulty.text), the level's is \(target?.difficulty.decimal(fractionDigits: 12) ?? "")")
        return (sequence, level)
    }

    // MARK: The coinbase commits to the owner

    private mutating func checkOwner(
        _ work: StratumWork, _ claim: (sequence: UInt64, level: ShareLevel)?, _ expected: WorkExpectation
    ) {
        guard let claim else { return }
        let owner = OwnerCommitment(
            syndicate: expected.syndicate, msp: expected.msp, miner: expected.miner, level: claim.level,
            jobSequence: claim.sequence, logPosition: expected.logPosition
        ).hash
        // Push opcode, owner, push opcode of the extranonce: the end of coinbase1.
        let found = work.job.coinbase1.suffix(34)
        let stands = Array(found) == [32] + owner.bytes + [CoinbaseLayout.extranoncePush]
        add(
            "owner", stands,
            stands
                ? "\(owner.internalHex): this miner, this MSP, this syndicate"
                : "\(Hex.encode(found.dropFirst().prefix(32))) instead of \(owner.internalHex)")
        add(
            "extranonce",
            work.extranonce1.count == Extranonce.extranonce1Size && work.extranonce2Size == Extranonce.extranonce2Size,
            "\(work.extranonce1.count) and \(work.extranonce2Size) bytes")
    }

    // MARK: The coinbase pays the syndicate

    private mutating func checkCoinbase(_ work: StratumWork, _ expected: WorkExpectation) {
        let extranonce2 = [UInt8](repeating: 0, count: work.extranonce2Size)
        let bytes = work.coinbase(extranonce2: extranonce2)
        guard bytes.count < CoinbaseLayout.sizeLimit, let coinbase = try? Transaction(decoding: bytes),
            coinbase.isCoinbase
        else {
            add("coinbase", false, "\(bytes.count) bytes that are no coinbase")
            return
        }
        add("coinbase", true, "\(bytes.count) bytes")
        let height = try? BlockHeight.parse(scriptSig: coinbase.inputs[0].scriptSig)
        let prefix = height.map { 42 + BlockHeight.push($0).bytes.count + 34 }
        add(
            "height", prefix == work.job.coinbase1.count,
            height.map { "\($0), and nothing else before the owner" } ?? "there is none")
        checkOutputs(coinbase.outputs, expected)
    }

    private mutating func checkOutputs(_ outputs: [TransactionOutput], _ expected: WorkExpectation) {
        let paid = outputs.first?.script
        let address = paid.flatMap { Address(script: $0, network: expected.network)?.encoded }
        add(
            "custody output", paid == expected.custodyScript && outputs[0].satoshis > 0,
            "\(outputs.first?.satoshis ?? 0) satoshis to \(address ?? Hex.encode(paid?.bytes ?? []))")
        let others = outputs.dropFirst()
        let isCommitment = others.allSatisfy { output in
            output.satoshis == 0 && WitnessCommitment(outputScript: output.script)?.script == output.script
        }
        add(
            "other outputs", others.count <= 1 && isCommitment,
            others.isEmpty ? "none" : isCommitment ? "the witness commitment" : "\(others.count)")
    }

    // MARK: The header is of this network

    private mutating func checkHeader(_ work: StratumWork, _ network: Network) {
        // The easiest targets of the networks' consensus rules, in compact form.
        let easiest: UInt32 = network == .regtest ? 0x207f_ffff : 0x1d00_ffff
        let limit = try? CompactTarget(rawValue: easiest).target()
        let target = try? work.job.bits.target()
        let isHardEnough = target.flatMap { target in limit.map { target <= $0 } } ?? false
        add(
            "network difficulty",
            network == .regtest ? work.job.bits.rawValue == easiest : isHardEnough,
            "nBits \(String(work.job.bits.rawValue, radix: 16))")
        let version = work.job.version
        add(
            "version", version >> 29 == 1 && version & work.versionMask == 0,
            "\(String(version, radix: 16)), bits of the mask \(String(work.versionMask, radix: 16)) are clear")
    }
}
