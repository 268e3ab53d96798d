import Accounting
import Bitcoin
import Broadcast
import Testing
import Wire

/// K(h) and lower medians, on real commits.
@Suite struct ChainBookTests {
    private func facts(_ height: UInt32, value: Int64 = 1, tip: UInt8 = 0) throws -> ChainFacts {
        ChainFacts(
            height: height, tip: SHA256.hash([tip]), compactTarget: CompactTarget(rawValue: 0x207f_ffff),
            value: try #require(Amount(satoshis: value)), feeRate: UInt32(value))
    }

    /// Gives each member its facts, lets them commit, and absorbs what member 0 has committed.
    private func absorb(
        _ heights: [UInt32?], _ cluster: inout Cluster, _ view: inout ChainBook, _ done: inout Int
    ) throws -> [ChainBook.Fixed] {
        for (member, height) in heights.enumerated() {
            if let height { cluster.give(.facts(try facts(height, value: Int64(height) * 10)), to: member) }
        }
        cluster.run(milliseconds: 3_000)
        defer { done = cluster.commits[0].count }
        return cluster.commits[0][done...].compactMap { view.absorb(LedgerCommit($0)) }
    }

    @Test func aHeightIsFixedWhenAQuorumHasIt() throws {
        var cluster = try Cluster(voters: 4)
        var view = ChainBook(cluster.epoch.configuration, lag: 6)
        var done = 0
        #expect(try absorb([7, 9, nil, nil], &cluster, &view, &done).isEmpty, "two of three")
        #expect(view.fixedHeight == nil)
        #expect(view.lowerMedian { $0.feeRate } == nil)
        let first = try absorb([nil, nil, 8, nil], &cluster, &view, &done)
        #expect(first.map(\.heights) == [0...7])
        #expect(view.lowerMedian { $0.feeRate } == 80)
        let second = try absorb([10, nil, 11, 5], &cluster, &view, &done)
        #expect(second.last?.heights.upperBound == 9)
        #expect(second.map(\.heights.lowerBound).first == 8)
        #expect(view.fixedHeight == 9)
        // Four values: the lower of the two in the middle.
        #expect(view.lowerMedian { $0.feeRate } == 90)
        #expect(view.count { $0.height >= 9 } == 3)
    }

    @Test func whatIsFixedStaysWhateverReorganises() throws {
        var cluster = try Cluster(voters: 4)
        var view = ChainBook(cluster.epoch.configuration, lag: 6)
        var done = 0
        _ = try absorb([20, 20, 20, 20], &cluster, &view, &done)
        #expect(view.fixedHeight == 20)
        #expect(try absorb([12, 12, 12, 12], &cluster, &view, &done).isEmpty)
        #expect(view.fixedHeight == 20)
        let later = try absorb([22, 22, 22, 12], &cluster, &view, &done)
        #expect(later.map(\.heights) == [21...22])
    }

    @Test func voicesOfThoseWhoDoNotVoteDoNotCount() throws {
        var cluster = try Cluster(voters: 3, others: 3)
        var view = ChainBook(cluster.epoch.configuration, lag: 6)
        var done = 0
        #expect(try absorb([5, nil, nil, 9, 9, 9], &cluster, &view, &done).isEmpty)
        #expect(try absorb([nil, 6, nil, nil, nil, nil], &cluster, &view, &done).map(\.heights) == [0...5])
    }

    /// All members come to the same, and a view that starts later goes on where the one before stopped.
    @Test func viewsAgree() throws {
        var cluster = try Cluster(voters: 4)
        var view = ChainBook(cluster.epoch.configuration, lag: 6)
        var done = 0
        _ = try absorb([3, 4, 5, 6], &cluster, &view, &done)
        _ = try absorb([13, 14, 15, 16], &cluster, &view, &done)
        for member in 1..<4 {
            var other = ChainBook(cluster.epoch.configuration, lag: 6)
            for commit in cluster.commits[member] { _ = other.absorb(LedgerCommit(commit)) }
            #expect(other.fixedHeight == view.fixedHeight)
        }
        // In the next epoch a voter's word stays its word.
        var next = ChainBook(cluster.epoch.configuration, lag: 6)
        let commits = cluster.commits[0].map { LedgerCommit($0) }
        for (index, commit) in commits.enumerated() {
            if index == commits.count / 2 { next.enter(cluster.epoch.configuration) }
            _ = next.absorb(commit)
        }
        #expect(next.fixedHeight == view.fixedHeight)
    }
}

extension LedgerCommit {
    fileprivate init(_ commit: Commit) {
        self.init(number: commit.number, hash: commit.hash, vertices: commit.vertices.map(\.vertex))
    }
}
