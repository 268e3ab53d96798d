public import Bitcoin

/// The terms of a syndicate that have a default (docs/protocol/genesis.md, Every default).
public struct GenesisTerms: Hashable, Sendable {
    /// The easiest share that is credited, 33 ... 127: difficulty 2^(level - 64).
    public var lowestLevel: UInt8 = 48
    /// The hardest share that is credited, the lowest level ... 127.
    public var highestLevel: UInt8 = 127
    /// The PPLNS window in network difficulties, 1 ... 1,000.
    public var windowMultiple: UInt32 = 8
    /// On regtest, the level whose difficulty stands for the network's, 33 ... 127; elsewhere 0.
    public var regtestLevel: UInt8
    /// How many blocks are above a height when it closes, 1 ... 100.
    public var closingLag: UInt8 = 6
    /// What the MSP that carried a contract's shares keeps of their credit, millionths.
    public var serviceFee: UInt32 = 10_000
    /// The smallest payout, 546 ... 1,000,000 satoshis.
    public var minimumOutput: UInt64 = 10_000
    /// The lowest fee rate of payouts, from 1,000 satoshis per 1,000 virtual bytes on.
    public var lowestFeeRate: UInt32 = 1_000
    /// The highest fee rate of payouts, at most 10,000,000 satoshis per 1,000 virtual bytes.
    public var highestFeeRate: UInt32 = 500_000
    /// How long an admitted MSP forwards shares before it may vote, 0 ... 100,000 blocks.
    public var forwardingBlocks: UInt32 = 2_016
    /// The part of the work received that an MSP needs to be eligible to vote, millionths.
    public var minimumWork: UInt32 = 20_000
    /// The part of the eligible MSPs' work that is seated, millionths.
    public var seatedWork: UInt32 = 600_000
    /// The part of the eligible MSPs that is seated at least, millionths.
    public var seatedMembers: UInt32 = 666_667
    /// The length of a settlement window, 1 ... 864 blocks.
    public var settlementBlocks: UInt16

    /// The defaults of a network.
    public init(network: Network) {
        regtestLevel = network == .regtest ? 56 : 0
        settlementBlocks = network == .regtest ? 12 : 144
    }

    func check(network: Network) throws(RecordFault) {
        let levels = Target.shareLevels
        try require(levels.contains(lowestLevel), .level)
        try require(levels.contains(highestLevel) && lowestLevel <= highestLevel, .level)
        try require((1...1_000).contains(windowMultiple), .windowMultiple)
        try require(network == .regtest ? levels.contains(regtestLevel) : regtestLevel == 0, .regtestLevel)
        try require((1...100).contains(closingLag), .closingLag)
        try require(serviceFee <= Self.whole, .serviceFee)
        try require((546...1_000_000).contains(minimumOutput), .minimumOutput)
        try require(
            lowestFeeRate >= 1_000 && lowestFeeRate <= highestFeeRate && highestFeeRate <= 10_000_000, .feeRate)
        try require(forwardingBlocks <= 100_000, .forwardingBlocks)
        try require(minimumWork <= Self.whole, .minimumWork)
        try require(seatedWork <= Self.whole, .seatedWork)
        try require(seatedMembers <= Self.whole, .seatedMembers)
        try require((1...864).contains(settlementBlocks), .settlementBlocks)
    }

    /// One, in millionths.
    private static let whole: UInt32 = 1_000_000

    private func require(_ condition: Bool, _ field: RecordField) throws(RecordFault) {
        if !condition { throw RecordFault(field) }
    }
}

extension GenesisTerms {
    init(decoding reader: inout RecordReader) throws(WireError) {
        lowestLevel = try reader.uint8(.level)
        highestLevel = try reader.uint8()
        windowMultiple = try reader.uint32(.windowMultiple)
        regtestLevel = try reader.uint8(.regtestLevel)
        closingLag = try reader.uint8(.closingLag)
        serviceFee = try reader.uint32(.serviceFee)
        minimumOutput = try reader.uint64(.minimumOutput)
        lowestFeeRate = try reader.uint32(.feeRate)
        highestFeeRate = try reader.uint32()
        forwardingBlocks = try reader.uint32(.forwardingBlocks)
        minimumWork = try reader.uint32(.minimumWork)
        seatedWork = try reader.uint32(.seatedWork)
        seatedMembers = try reader.uint32(.seatedMembers)
        settlementBlocks = try reader.uint16(.settlementBlocks)
    }

    func encode(into writer: inout ByteWriter) {
        writer.append(lowestLevel)
        writer.append(highestLevel)
        writer.append(littleEndian: windowMultiple)
        writer.append(regtestLevel)
        writer.append(closingLag)
        writer.append(littleEndian: serviceFee)
        writer.append(littleEndian: minimumOutput)
        writer.append(littleEndian: lowestFeeRate)
        writer.append(littleEndian: highestFeeRate)
        writer.append(littleEndian: forwardingBlocks)
        writer.append(littleEndian: minimumWork)
        writer.append(littleEndian: seatedWork)
        writer.append(littleEndian: seatedMembers)
        writer.append(littleEndian: settlementBlocks)
    }
}
