import Bitcoin
import TestSupport
import Testing
import Wire

@testable import Accounting

/// The trail of work and the windows that are cut from it (docs/protocol/accounting.md, Trail and window).
@Suite struct WorkTrailTests {
    private func trail(heights: ClosedRange<UInt32>, work: UInt128 = 10) throws -> WorkTrail {
        var trail = WorkTrail()
        let key = try LedgerHouse.key(1)
        for height in heights {
            let commit = UInt64(height) * 10
            trail.fix(.init(heights: height...height, commit: commit))
            trail.add([.init(commit: commit, msp: key, work: work, weight: UInt256(multiplying: work, by: 3))])
        }
        return trail
    }

    private func works(_ parts: [WorkTrail.Part]) -> [UInt128] { parts.map(\.work) }

    @Test func heightsAndCommits() throws {
        var trail = WorkTrail()
        #expect(trail.commit(of: 5) == nil && trail.height(at: 3) == nil)
        trail.fix(.init(heights: 0...100, commit: 7))
        trail.fix(.init(heights: 101...104, commit: 9))
        #expect(trail.commit(of: 0) == 7 && trail.commit(of: 100) == 7 && trail.commit(of: 101) == 9)
        #expect(trail.commit(of: 104) == 9 && trail.commit(of: 105) == nil)
        #expect(trail.height(at: 6) == nil && trail.height(at: 7) == 100 && trail.height(at: 8) == 100)
        #expect(trail.height(at: 9) == 104 && trail.height(at: 1_000) == 104)
    }

    @Test func joiningChangesNoSums() throws {
        var trail = try trail(heights: 1...40)
        let whole = trail.window(endingAt: 400, of: .max)
        trail.join(through: 20)
        #expect(trail.window(endingAt: 400, of: .max) == whole && works(whole) == [400])
        #expect(works(trail.window(endingAt: 150, of: .max)) == [150])
        // What counts later finds its segment.
        trail.add([.init(commit: 141, msp: try LedgerHouse.key(2), work: 5, weight: .zero)])
        #expect(works(trail.window(endingAt: 140, of: .max)) == [140])
        #expect(works(trail.window(endingAt: 150, of: .max)) == [150, 5])
        #expect(works(trail.window(endingAt: 150, of: 6)) == [4, 2], "10 and 5 share 6")
        #expect(trail.commit(of: 14) == 140 && trail.height(at: 145) == 14)
    }

    /// What no window needs is forgotten, but never what may still grow.
    @Test func theOldestIsForgotten() throws {
        var trail = try trail(heights: 1...40)
        trail.join(through: 30)
        trail.forget(beyond: 401, newest: 0)
        #expect(works(trail.window(endingAt: 400, of: .max)) == [400], "there is no more than that")
        trail.forget(beyond: 250, newest: 28)
        #expect(works(trail.window(endingAt: 400, of: .max)) == [380], "28 may still grow")
        trail.forget(beyond: 251, newest: 0)
        #expect(works(trail.window(endingAt: 400, of: .max)) == [260], "25 are too little")
        trail.forget(beyond: 250, newest: 0)
        #expect(works(trail.window(endingAt: 400, of: .max)) == [250])
        #expect(trail.commit(of: 3) == 160, "heights from before what is kept")
        #expect(trail.height(at: 159) == nil)
        trail.forget(beyond: 0, newest: 0)
        #expect(works(trail.window(endingAt: 400, of: .max)) == [100], "what is not joined is not forgotten")
    }

    /// A window is never less than it should be because something was forgotten.
    @Test func windowsEndWhereEnoughIsKept() throws {
        var trail = try trail(heights: 1...40)
        trail.join(through: 30)
        #expect(trail.end(from: 50, of: 200) == 50, "nothing was forgotten")
        trail.forget(beyond: 250, newest: 0)
        #expect(trail.end(from: 170, of: 200) == 350 && trail.end(from: 380, of: 200) == 380)
        #expect(trail.end(from: 170, of: 15) == 170 && trail.end(from: 100, of: 15) == 170)
        #expect(trail.end(from: 170, of: 1_000) == 170, "there is not enough anyhow")
    }

    /// Nobody gets more of a segment than it has in it.
    @Test func whatIsLeftOverGoesToWhoHasIt() throws {
        var segment = WorkTrail.Segment(end: 1)
        for key in UInt8(1)...3 {
            segment.add(.init(msp: try LedgerHouse.key(key), work: 1, weight: UInt256(UInt8(5))))
        }
        #expect(segment.parts(of: 2).map(\.work) == [1, 1] && segment.parts(of: 2).map(\.weight.low) == [5, 5])
        segment.add(.init(msp: try LedgerHouse.key(2), work: 4, weight: UInt256(UInt8(5))))
        #expect(segment.parts(of: 3).map(\.work) == [3], "2 and what is left over")
        #expect(segment.parts(of: 6).map(\.work) == [1, 5], "4, and of the two that are left over one more")
        #expect(segment.parts(of: 6).map(\.weight.low) == [5, 10])
    }

    @Test func whatWouldOverflowDoesNotEnter() throws {
        var trail = try trail(heights: 1...2, work: .max / 2)
        trail.add([.init(commit: 10, msp: try LedgerHouse.key(1), work: 2, weight: .zero)])
        #expect(works(trail.window(endingAt: 20, of: .max)) == [.max - 1])
        trail.add([.init(commit: 10, msp: try LedgerHouse.key(1), work: 1, weight: .zero)])
        #expect(works(trail.window(endingAt: 20, of: .max)) == [.max])
        #expect(works(trail.window(endingAt: 20, of: .max - 1)) == [.max - 1])
    }

    /// Where nBits fall to nothing, windows and what is forgotten go by the hardest of late.
    @Test(arguments: [Network.mainnet, .testnet4])
    func easyBlocksHaveWholeWindows(network: Network) throws {
        let key = try LedgerHouse.key(1)
        let genesis = try Genesis(
            network: network, name: #require(RecordName("test")),
            members: [.init(key: key, payoutScript: .payToTaproot(key))], bootstrapScript: .payToTaproot(key),
            terms: GenesisTerms(network: network))
        let size = WindowSize(genesis)
        var archive = ReportArchive()
        #expect(size.hardest(archive) == nil)
        let (easy, hard) = (CompactTarget(rawValue: 0x1d00_ffff), CompactTarget(rawValue: 0x1b04_864c))
        let targets = [easy, hard, hard, easy]
        archive.add(
            targets.enumerated().map { ChainReport(height: UInt32($0), previous: .zero, target: $1) }, lowestOpen: 4)
        #expect(size.hardest(archive) == size.units(hard))
        let house = try LedgerHouse(voters: 1)
        let found = try LedgerHouse.block(house.job(1, of: 0, height: 101)).coinbase
        let expected = network == .testnet4 ? size.units(hard) : size.units(LedgerHouse.bits)
        #expect(size.units(of: found, archive) == expected)
    }

    @Test func heightsAreRemembered() {
        var archive = ReportArchive()
        let reports = (UInt32(1)...3_000).map {
            ChainReport(height: $0, previous: .zero, target: CompactTarget(rawValue: $0))
        }
        archive.add(Array(reports.prefix(1_000)), lowestOpen: 1_001)
        archive.add(Array(reports.dropFirst(1_000)), lowestOpen: 3_001)
        #expect(archive.reports == Array(reports.suffix(2_016)))
        #expect(archive.contains(reports[984]) && !archive.contains(reports[983]))
        #expect(!archive.contains(ChainReport(height: 3_000, previous: .zero, target: CompactTarget(rawValue: 1))))
    }

    @Test func sizesOfWindows() throws {
        func units(_ network: Network, _ bits: UInt32, _ change: (inout GenesisTerms) -> Void = { _ in }) throws
            -> UInt128
        {
            let key = try LedgerHouse.key(1)
            var terms = GenesisTerms(network: network)
            change(&terms)
            let genesis = try Genesis(
                network: network, name: #require(RecordName("test")),
                members: [.init(key: key, payoutScript: .payToTaproot(key))], bootstrapScript: .payToTaproot(key),
                terms: terms)
            return WindowSize(genesis).units(CompactTarget(rawValue: bits))
        }
        // Difficulty 1 is level 64: 2^31 units.
        #expect(try units(.mainnet, 0x1d00_ffff) == 8 << 31)
        // Block 100,000: difficulty 14,484.16236122.
        #expect(try units(.mainnet, 0x1b04_864c) { $0.windowMultiple = 1 } == 31_104_501_825_708)
        #expect(try units(.mainnet, 0) == .max && units(.mainnet, 0x0100_0100) == .max)
        #expect(try units(.regtest, 0x1d00_ffff) == 8 << 23)
        #expect(try units(.testnet4, 0x1b04_864c) == 8 * 31_104_501_825_708)
        #expect(try units(.regtest, 0) { ($0.windowMultiple, $0.regtestLevel) = (1_000, 127) } == 1_000 << 94)
    }
}
