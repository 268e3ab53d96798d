import Testing
import Wire

@Suite struct QuorumTests {
    /// The table of docs/protocol/broadcast.md, and what makes its numbers right.
    @Test(arguments: [
        (1, 0, 1, 1), (2, 0, 2, 1), (3, 0, 2, 1), (4, 1, 3, 3), (5, 1, 4, 3), (6, 1, 4, 3), (7, 2, 5, 5), (8, 2, 6, 5),
        (9, 2, 6, 5), (10, 3, 7, 7), (20, 6, 14, 13), (50, 16, 34, 33),
    ])
    func numbers(n: Int, f: Int, decision: Int, delivery: Int) {
        let quorum = Quorum(voters: n)
        #expect(quorum.faults == f)
        #expect(quorum.decision == decision)
        #expect(quorum.delivery == delivery)
        #expect(quorum.oneCorrect == f + 1)
        #expect(quorum.available == n - f)
        #expect(2 * decision - n > f, "two quorums share a correct voter")
        #expect(decision <= n - f, "a quorum can be waited for")
        #expect((f + 1) + (n - f) > n, "a committed anchor is reached by all that follows")
        #expect(delivery - f >= f + 1, "a delivery makes all others ready")
    }

    @Test func nobodyCountsAsOne() {
        #expect(Quorum(voters: 0) == Quorum(voters: 1))
        #expect(Quorum(voters: -5).voters == 1)
    }
}
