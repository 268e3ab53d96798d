internal import Bitcoin
internal import Wire

/// How much work the window of a block has (docs/protocol/accounting.md, Trail and window).
struct WindowSize: Sendable {
    private let multiple: UInt32
    /// Instead of the network's difficulty; nil but on regtest.
    private let regtestWork: UInt128?
    /// Whether nBits may fall for a block.
    private let isLoose: Bool

    init(_ genesis: Genesis) {
        multiple = genesis.terms.windowMultiple
        isLoose = genesis.network == .testnet4
        let shift = UInt128(genesis.terms.regtestLevel &- Target.shareLevels.lowerBound)
        regtestWork = genesis.network == .regtest ? 1 << shift : nil
    }

    /// The work of a block's window: that of its own nBits. On testnet4, where nBits fall to nothing after 20 minutes,
    /// that of the hardest which voters saw lately.
    func units(of coinbase: FoundCoinbase, _ archive: ReportArchive) -> UInt128 {
        let own = units(coinbase.target)
        return isLoose ? max(own, hardest(archive) ?? 0) : own
    }

    /// The work of the largest window of late; nil where nothing is known.
    func hardest(_ archive: ReportArchive) -> UInt128? {
        var hardest: UInt128?
        var last: CompactTarget?
        // Neighbours mostly have the same target.
        for report in archive.reports where report.target != last {
            last = report.target
            hardest = max(hardest ?? 0, units(report.target))
        }
        return hardest
    }

    /// The work of some network difficulties, in units of 2^(level - 33); at most 2^128 - 1.
    func units(_ target: CompactTarget) -> UInt128 {
        if let regtestWork {
            let (product, overflow) = regtestWork.multipliedReportingOverflow(by: UInt128(multiple))
            return overflow ? .max : product
        }
        // 0xFFFF * 2^208 is the target of difficulty 1, whose work is 2^31 units.
        let one = Target.difficultyOne.value.shiftedLeft(by: 31)
        guard let value = try? target.target().value, let (quotient, _) = one.quotientAndRemainder(dividingBy: value)
        else { return .max }
        let (product, overflow) = quotient.multipliedReportingOverflow(by: UInt64(multiple))
        return overflow ? .max : product.asUInt128 ?? .max
    }
}
