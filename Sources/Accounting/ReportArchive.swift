internal import Bitcoin

/// What f+1 voters said of heights that have closed (docs/protocol/accounting.md, Blocks).
struct ReportArchive: Sendable {
    /// Heights below the lowest open one that are remembered.
    static let heights: UInt32 = 2_016

    /// Ascending by height.
    private(set) var reports: [ChainReport] = []

    /// Heights have closed.
    ///
    /// - Parameters:
    ///   - news: of heights above all that were added before, ascending.
    ///   - lowestOpen: every height below has closed.
    mutating func add(_ news: [ChainReport], lowestOpen: UInt32) {
        reports += news
        guard lowestOpen > Self.heights else { return }
        reports.removeFirst(reports.firstIndex(atOrAbove: lowestOpen - Self.heights) { $0.height })
    }

    func contains(_ report: ChainReport) -> Bool {
        reports[reports.firstIndex(atOrAbove: report.height) { $0.height }...]
            .prefix { $0.height == report.height }.contains(report)
    }
}
