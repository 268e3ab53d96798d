internal import Bitcoin
internal import Wire

/// What every miner has done in a window of heights (docs/protocol/accounting.md, Settlements).
public struct Settlement: Hashable, Sendable {
    /// Counts windows: window w ends at height w times the genesis file's settlement blocks.
    public let window: UInt32
    /// Of all miners' work.
    public let tree: WorkTree
}

/// Sums up miners' work, window by window.
struct SettlementBook: Sendable {
    private let blocks: UInt32
    /// Windows with work that are not settled, ascending; mostly one.
    private var open: [Window] = []

    private struct Window: Sendable {
        let window: UInt32
        /// Ascending by key.
        var miners: [WorkTree.Leaf] = []
        /// Of all miners; below 2^128.
        var work: UInt128 = 0
    }

    init(_ genesis: Genesis) {
        blocks = UInt32(genesis.terms.settlementBlocks)
    }

    /// The window of a height: those of 1 ... S are in window 1.
    private func window(of height: UInt32) -> UInt32 {
        height / blocks + (height % blocks == 0 ? 0 : 1)
    }

    /// A height has closed; heights close in their order.
    mutating func add(_ height: ClosedHeight) {
        guard !height.miners.isEmpty else { return }
        let window = window(of: height.height)
        if open.last?.window != window { open.append(Window(window: window)) }
        let last = open.count - 1
        let (work, overflow) = open[last].work.addingReportingOverflow(height.miners.reduce(0) { $0 + $1.work })
        guard !overflow else { return }
        open[last].work = work
        open[last].miners = Self.merge(open[last].miners, height.miners)
    }

    /// Both lists' work, ascending by key.
    private static func merge(_ left: [WorkTree.Leaf], _ right: [WorkTree.Leaf]) -> [WorkTree.Leaf] {
        var merged: [WorkTree.Leaf] = []
        merged.reserveCapacity(left.count + right.count)
        var left = left[...]
        for leaf in right {
            while let first = left.first, first.key < leaf.key { merged.append(left.removeFirst()) }
            if let first = left.first, first.key == leaf.key {
                left.removeFirst()
                merged.append(WorkTree.Leaf(key: leaf.key, work: first.work + leaf.work))
            } else {
                merged.append(leaf)
            }
        }
        return merged + left
    }

    /// The windows that have ended.
    ///
    /// - Parameter lowestOpen: every height below has closed.
    mutating func settle(lowestOpen: UInt32) -> [Settlement] {
        let current = window(of: lowestOpen)
        let ended = open.prefix { $0.window < current }
        open.removeFirst(ended.count)
        return ended.compactMap { ended in
            WorkTree(ended.miners).map { Settlement(window: ended.window, tree: $0) }
        }
    }
}
