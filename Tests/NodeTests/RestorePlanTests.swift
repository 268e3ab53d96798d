import Bitcoin
import Testing
import Wire

@testable import Node

@Suite struct RestorePlanTests {
    private static func tip(_ name: String) -> Hash256 { SHA256.hash(Array(name.utf8)) }

    private func job(_ sequence: UInt64, on tip: String, height: UInt32) throws -> JournalJob {
        let key = try XOnlyKeyBytes(SHA256.hash([1]).bytes)
        return try JournalJob(
            sequence: sequence,
            owner: JournalJob.Owner(syndicate: .zero, msp: key, logPosition: 0, logHash: .zero),
            header: HeaderTemplate(
                version: 0x2000_0000, versionMask: 0, previousBlock: Self.tip(tip),
                compactTarget: CompactTarget(rawValue: 0x207f_ffff), merkleBranch: MerkleBranch(hashes: [])),
            minimumTime: 0, currentTime: 0,
            coinbase: CoinbaseTemplate(
                height: height, value: .zero, custodyScript: Script([0x51]), tag: [], witnessCommitment: nil))
    }

    private func plan(_ jobs: [JournalJob], tip: String, height: UInt32) -> [[UInt64]] {
        let plan = RestorePlan(jobs, tip: Self.tip(tip), height: height)
        #expect(plan.firstJob == (plan.current + plan.previous).map(\.sequence).min())
        return [plan.current.map(\.sequence), plan.previous.map(\.sequence)]
    }

    @Test func jobsOfTheLastTwoTipsComeBack() throws {
        let jobs = [
            try job(1, on: "a", height: 5), try job(2, on: "b", height: 6), try job(4, on: "b", height: 6),
            try job(5, on: "c", height: 7), try job(9, on: "c", height: 7),
        ]
        #expect(plan(jobs, tip: "c", height: 7) == [[5, 9], [2, 4]])
        // Somebody else found a block meanwhile.
        #expect(plan(jobs, tip: "d", height: 8) == [[], [5, 9]])
        // Two blocks: nothing earns any more.
        #expect(plan(jobs, tip: "e", height: 9) == [[], []])
        #expect(plan([], tip: "a", height: 5) == [[], []])
        // A reorganisation to a block of the same height.
        #expect(plan(jobs, tip: "c2", height: 7) == [[], [5, 9]])
    }

    @Test func theNewestJobsComeFirstWhereThereAreTooMany() throws {
        let old = try (0..<80).map { try job($0, on: "a", height: 5) }
        let new = try (80..<160).map { try job($0, on: "b", height: 6) }
        let restored = plan(old + new, tip: "b", height: 6)
        #expect(restored[0] == Array(80..<160))
        #expect(restored[1] == Array(64..<80))
        #expect(plan(old + new, tip: "c", height: 7)[1] == Array(80..<160))
    }
}
