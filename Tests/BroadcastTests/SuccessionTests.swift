import Bitcoin
import Broadcast
import Curve
import TestSupport
import Testing
import Wire

/// Members with real keys over several epochs, whose authors are others in each.
@Suite struct SuccessionTests {
    private let root = SHA256.hash([1])

    /// Epoch 0: a, b, c, d vote and e does not. Epoch 1: b is gone, e votes, and f comes from nowhere.
    @Test func membersComeAndGo() throws {
        var house = try SuccessionHouse(keys: 6)
        let first = try house.configuration(voters: [0, 1, 2, 3], others: [4])
        for member in 0..<5 { try house.start(member, first) }
        house.run(milliseconds: 2_000)
        house.give(.records([[1, 1]], isControl: false), to: 1)
        house.run(milliseconds: 1_000)
        let mark = try house.mark(first, voters: [0, 2, 3, 4], others: [5])
        for member in [0, 2] { house.give(.records([mark], isControl: true), to: member) }
        house.run(milliseconds: 2_000)
        #expect(house.epochNumbers == [0, 0, 0, 0, 0, nil], "two of four are not Q")
        // Who does not vote has no say.
        house.give(.records([mark], isControl: true), to: 4)
        house.run(milliseconds: 1_000)
        #expect(house.epochNumbers == [0, 0, 0, 0, 0, nil])
        // What is given to a lane when the epoch ends is not lost.
        house.give(.records([mark], isControl: true), to: 3)
        house.give(.records([[2, 2]], isControl: false), to: 4)
        house.run(milliseconds: 2_000)
        #expect(house.epochNumbers == [1, 0, 1, 1, 1, nil])
        let next = try #require(house.closings[1].first).next
        #expect(house.closings.prefix(5).allSatisfy { $0.map(\.next) == [next] })
        #expect(next.number == 1 && next.authors.map(\.isVoter).count { $0 } == 4)
        // The certificate of the last commit proves the next epoch to whoever knows the one before.
        for member in 0..<5 { house.give(.ledgerRoot(commit: next.firstCommit, root: root), to: member) }
        house.run(milliseconds: 1_000)
        let certificate = try #require(house.certificates[1].last)
        let before = Epoch(first)
        #expect(before.handsOver(to: next, by: certificate, checker: CurveChecker()))
        let forged = first.following(try CloseMark(decoding: mark), commit: next.firstCommit + 1, hash: next.start)
        #expect(!before.handsOver(to: forged, by: certificate, checker: CurveChecker()))
        #expect(!Epoch(next).handsOver(to: next, by: certificate, checker: CurveChecker()))
        #expect(!before.isValid(certificate, checker: CurveChecker()), "it is not of the epoch that ended")
        // The newcomer begins with what is proved.
        try house.start(5, next)
        house.give(.records([[5, 5]], isControl: false), to: 5)
        house.give(.records([[4, 4]], isControl: false), to: 4)
        house.run(milliseconds: 4_000)
        for member in [0, 2, 3, 4] {
            #expect(house.records(member).filter { $0.count == 2 } == [[1, 1], [2, 2], [5, 5], [4, 4]])
        }
        #expect(house.records(5).filter { $0.count == 2 }.suffix(2) == [[5, 5], [4, 4]])
        #expect(house.commits[0].suffix(3).map(\.hash) == house.commits[5].suffix(3).map(\.hash))
        #expect(house.commits[1].last?.number == next.firstCommit, "who has gone knows the end and no more")
        house.give(.records([[9, 9]], isControl: false), to: 1)
        #expect(house.quarantined[1] == [[9, 9]], "and has no lane to put anything in")
    }

    /// A member that was away for two epochs comes back by certificates, with a log that ends in the first.
    @Test func whoWasAwayForTwoEpochsComesBack() throws {
        var house = try SuccessionHouse(keys: 4)
        let first = try house.configuration(voters: [0, 1, 2, 3], others: [])
        for member in 0..<4 { try house.start(member, first) }
        house.run(milliseconds: 1_500)
        let kept = house.logs[3]
        house.stop(3)
        for _ in 0..<2 {
            let current = try #require(house.members[0]).newest.configuration
            let mark = try house.mark(current, voters: [0, 1, 2, 3], others: [])
            for turn in 0..<10 {
                house.give(.records([[UInt8(turn), UInt8(current.number), 9]], isControl: false), to: turn % 3)
                house.run(milliseconds: 300)
            }
            for member in 0..<3 { house.give(.records([mark], isControl: true), to: member) }
            house.run(milliseconds: 2_000)
            let next = try #require(house.members[0]).newest.configuration
            #expect(next.number == current.number + 1)
            for member in 0..<3 { house.give(.ledgerRoot(commit: next.firstCommit, root: root), to: member) }
            house.run(milliseconds: 500)
        }
        house.logs[3] = kept
        try house.start(3, first)
        house.run(milliseconds: 15_000, step: 50)
        #expect(house.members[3]?.newest.configuration.number == 2)
        let count = house.commits[3].count
        #expect(count + 4 > house.commits[0].count)
        #expect(house.commits[3].map(\.hash) == house.commits[0].prefix(count).map(\.hash))
        #expect(house.alarms[3].isEmpty)
        // The same from the log: what certificates committed is committed without them.
        let before = house.commits[3].map(\.hash)
        house.stop(3)
        try house.start(3, first)
        #expect(house.commits[3].map(\.hash) == before)
    }

    /// Two and three voters work, and say at every start that none of them may fail; in the next epoch too.
    @Test(arguments: 1...5)
    func fewVotersSaySo(count: Int) throws {
        var house = try SuccessionHouse(keys: count)
        let voters = Array(0..<count)
        let first = try house.configuration(voters: voters, others: [])
        for member in voters { try house.start(member, first) }
        house.run(milliseconds: 1_500)
        let said = (2...3).contains(count) ? [Alarm.toleratesNoFault(voters: count)] : []
        #expect(house.alarms.allSatisfy { $0 == said })
        let mark = try house.mark(first, voters: voters, others: [])
        for member in voters { house.give(.records([mark, [77, UInt8(member)]], isControl: true), to: member) }
        house.run(milliseconds: 4_000)
        #expect(house.epochNumbers == voters.map { _ in 1 })
        #expect(house.alarms.allSatisfy { $0 == said + said })
        #expect(house.records(0).filter { $0.first == 77 }.count == count)
        house.stop(0)
        try house.start(0, first)
        house.run(milliseconds: 100)
        #expect(house.alarms[0] == said + said + said)
    }

    /// All lose their power in the moment in which some have ended the epoch.
    @Test(arguments: 0..<4)
    func aCrashAtTheEnd(moment: Int) throws {
        var house = try SuccessionHouse(keys: 4)
        let first = try house.configuration(voters: [0, 1, 2, 3], others: [])
        for member in 0..<4 { try house.start(member, first) }
        house.run(milliseconds: 1_500)
        let mark = try house.mark(first, voters: [0, 1, 2, 3], others: [])
        for member in 0..<4 { house.give(.records([mark, [77, UInt8(member)]], isControl: true), to: member) }
        while !house.closings.contains(where: { !$0.isEmpty }) { house.run(milliseconds: 10) }
        house.run(milliseconds: UInt64(moment) * 20)
        for member in 0..<4 { house.stop(member) }
        for member in 0..<4 { try house.start(member, first) }
        house.run(milliseconds: 6_000)
        #expect(house.epochNumbers == [1, 1, 1, 1])
        #expect(Set(house.commits.map { $0.prefix(20).map(\.hash) }).count == 1)
        #expect(house.alarms.allSatisfy { $0.isEmpty })
        for member in 0..<4 {
            #expect(house.records(member).filter { $0.first == 77 }.count == 4)
        }
    }

    /// An old log from before the end of an epoch: the member asks in the next one too, and contradicts nobody.
    @Test func anOldLogAcrossAnEnd() throws {
        var house = try SuccessionHouse(keys: 4)
        let first = try house.configuration(voters: [0, 1, 2, 3], others: [])
        for member in 0..<4 { try house.start(member, first) }
        house.run(milliseconds: 1_500)
        let old = house.logs[3]
        let mark = try house.mark(first, voters: [0, 1, 2, 3], others: [])
        for member in 0..<4 { house.give(.records([mark], isControl: true), to: member) }
        house.run(milliseconds: 3_000)
        for member in 0..<4 {
            house.give(.ledgerRoot(commit: house.closings[0][0].next.firstCommit, root: root), to: member)
        }
        house.run(milliseconds: 1_000)
        let said = house.said[3]
        #expect(said.count > 20)
        house.stop(3)
        house.logs[3] = old
        house.commits[3] = []
        try house.start(3, first)
        house.run(milliseconds: 8_000, step: 50)
        #expect(house.alarms[3].contains(.oldLog))
        #expect(house.contradictions[3] == 0)
        #expect(house.epochNumbers[3] == 1)
        let count = house.commits[3].count
        #expect(count + 4 > house.commits[0].count)
        #expect(house.commits[3].map(\.hash) == house.commits[0].prefix(count).map(\.hash))
    }

    /// A key that has no lane makes no member.
    @Test func aStrangerIsNoMember() throws {
        var house = try SuccessionHouse(keys: 3)
        let first = try house.configuration(voters: [0, 1], others: [])
        #expect(throws: SuccessionHouse.NoMember.self) { try house.start(2, first) }
        for voter in 0..<2 { try house.start(voter, first) }
        let stranger = house.keys[2].publicKey.bytes
        let question = Frame.catchUp(CatchUpFrame(epoch: first.epochID, commit: 0)).encoded()
        house.give(.received(from: stranger, bytes: question), to: 0)
        #expect(house.members[0]?.newest.counters.badFrames == 0, "it is not even looked at")
    }
}
