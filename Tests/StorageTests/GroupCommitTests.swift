import Storage
import TestSupport
import Testing

@Suite struct GroupCommitTests {
    @Test func aConversation() {
        var commits = GroupCommit<Int>(maximumGroupSize: 100, maximumWaiting: 100)
        // The first starts at once; what comes meanwhile is one group, whatever number of events it came in.
        #expect(commits.add([1]) == [.commit([1])])
        #expect(commits.add([2, 3]) == [])
        #expect(commits.add([4]) == [])
        #expect(commits.commitSucceeded() == [.acknowledge([1]), .commit([2, 3, 4])])
        #expect(commits.add([5]) == [])
        // A failure fails its group alone; the next is tried at once.
        #expect(commits.commitFailed() == [.fail([2, 3, 4]), .commit([5])])
        #expect(commits.commitSucceeded() == [.acknowledge([5])])
        #expect(!commits.isCommitting)
        #expect(commits.add([6]) == [.commit([6])])
        #expect(commits.commitFailed() == [.fail([6])])
        #expect(commits.waitingCount == 0)
    }

    @Test func eventsOutOfPlaceDoNothing() {
        var commits = GroupCommit<Int>(maximumGroupSize: 4, maximumWaiting: 4)
        #expect(commits.commitSucceeded() == [])
        #expect(commits.commitFailed() == [])
        #expect(commits.add([]) == [])
        #expect(!commits.isCommitting)
    }

    @Test func groupsAndWaitingAreBounded() {
        var commits = GroupCommit<Int>(maximumGroupSize: 2, maximumWaiting: 5)
        #expect(commits.add([1, 2, 3, 4, 5, 6, 7]) == [.fail([6, 7]), .commit([1, 2])])
        #expect(commits.add([8, 9, 10]) == [.fail([10])])
        #expect(commits.commitSucceeded() == [.acknowledge([1, 2]), .commit([3, 4])])
        #expect(commits.commitFailed() == [.fail([3, 4]), .commit([5, 8])])
        #expect(commits.commitSucceeded() == [.acknowledge([5, 8]), .commit([9])])
        #expect(commits.commitSucceeded() == [.acknowledge([9])])
        #expect(GroupCommit<Int>(maximumGroupSize: 0, maximumWaiting: -3).maximumWaiting == 1)
    }

    /// Whatever happens: every item is answered once, in order, and one commit runs exactly when something is pending.
    @Test func everyItemIsAnsweredOnce() {
        for seed in 0..<UInt64(Scale.count(300, full: 20_000)) {
            var generator = SeededGenerator(seed: seed)
            var commits = GroupCommit<Int>(
                maximumGroupSize: .random(in: 1...8, using: &generator),
                maximumWaiting: .random(in: 1...20, using: &generator))
            var added = 0
            var running: [Int] = []
            var stored: [Int] = []
            var answered: Set<Int> = []
            for step in 0..<200 {
                let actions: [GroupCommit<Int>.Action]
                let isSuccess = Bool.random(using: &generator)
                if step < 150, Int.random(in: 0..<3, using: &generator) < 2 {
                    let count = Int.random(in: 0...6, using: &generator)
                    actions = commits.add(Array(added..<added + count))
                    added += count
                } else {
                    actions = isSuccess ? commits.commitSucceeded() : commits.commitFailed()
                }
                for action in actions {
                    switch action {
                    case .commit(let items):
                        #expect(running.isEmpty && !items.isEmpty, "seed \(seed)")
                        running = items
                    case .acknowledge(let items):
                        #expect(items == running && isSuccess, "seed \(seed)")
                        running = []
                        stored += items
                        for item in items { #expect(answered.insert(item).inserted, "seed \(seed)") }
                    case .fail(let items):
                        if items == running { running = [] }
                        for item in items { #expect(answered.insert(item).inserted, "seed \(seed)") }
                    }
                }
                #expect(commits.isCommitting == !running.isEmpty, "seed \(seed)")
                #expect(commits.isCommitting || commits.waitingCount == 0, "seed \(seed)")
            }
            #expect(stored == stored.sorted(), "seed \(seed)")
            let pending = Set(running).union(answered)
            #expect(pending.count + commits.waitingCount == added, "seed \(seed)")
        }
    }
}
