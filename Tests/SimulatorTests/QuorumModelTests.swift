import Broadcast
import Testing
import Wire

/// All interleavings of one reliable broadcast under the product's quorums, and under wrong ones.
@Suite struct QuorumModelTests {
    private func model(_ voters: Int, byzantine: Int? = nil) -> QuorumModel {
        let quorum = Quorum(voters: voters)
        let faulty = byzantine ?? quorum.faults
        return QuorumModel(
            correct: voters - faulty, byzantine: faulty, echoQuorum: quorum.decision,
            amplification: quorum.oneCorrect, delivery: quorum.delivery)
    }

    /// How many states there are is part of the expectation: a model that lacks an interleaving has fewer.
    @Test(arguments: [
        (1, 7), (2, 20), (3, 178), (4, 120), (5, 277), (6, 1_653), (7, 1_131), (8, 2_290), (9, 10_142), (10, 7_220),
    ])
    func theProductsQuorumsHold(voters: Int, states: Int) {
        var model = model(voters)
        let byzantineAuthor = model.explore()
        #expect(byzantineAuthor.agreement && byzantineAuthor.totality && byzantineAuthor.nobodyIsLeftOut)
        #expect(byzantineAuthor.states == states)
        model.hasCorrectAuthor = true
        let correctAuthor = model.explore()
        #expect(correctAuthor.agreement && correctAuthor.totality && correctAuthor.validity)
        #expect(correctAuthor.states > voters && correctAuthor.states < states)
    }

    /// The page's table, in numbers.
    @Test(arguments: [
        (1, 0, 1, 1, 1, 1), (2, 0, 2, 1, 1, 2), (3, 0, 2, 1, 1, 3), (4, 1, 3, 2, 3, 3), (5, 1, 4, 2, 3, 4),
        (6, 1, 4, 2, 3, 5), (7, 2, 5, 3, 5, 5), (8, 2, 6, 3, 5, 6), (9, 2, 6, 3, 5, 7), (10, 3, 7, 4, 7, 7),
    ])
    func quorums(voters: Int, faults: Int, decision: Int, oneCorrect: Int, delivery: Int, available: Int) {
        let quorum = Quorum(voters: voters)
        #expect(quorum.faults == faults && quorum.decision == decision && quorum.oneCorrect == oneCorrect)
        #expect(quorum.delivery == delivery && quorum.available == available)
    }

    /// 2f+1 echoes are one too few wherever n is not 3f+1: correct members deliver different digests. At n = 6 nobody
    /// is left with nothing all the same: of five correct readies three are for one digest, and all that lack one
    /// deliver that.
    @Test(arguments: [(5, 3), (6, 3), (8, 5), (9, 5)])
    func echoQuorumOfTwoThirds(voters: Int, echoes: Int) {
        let right = model(voters)
        #expect(right.echoQuorum == echoes + 1)
        let wrong = QuorumModel(
            correct: right.correct, byzantine: right.byzantine, echoQuorum: echoes,
            amplification: right.amplification, delivery: right.delivery)
        let outcome = wrong.explore { !$0.agreement && !$0.totality && !$0.nobodyIsLeftOut }
        #expect(!outcome.agreement)
        #expect(!outcome.totality)
        #expect(outcome.nobodyIsLeftOut == (voters == 6))
        if voters == 6 { #expect(outcome.states == 12_184, "all of them were looked at") }
    }

    /// One ready of a byzantine voter is enough to make correct members ready what nobody else does.
    @Test(arguments: [4, 5, 6, 7, 8, 9, 10])
    func amplifyingWithoutACorrectReady(voters: Int) {
        let right = model(voters)
        let wrong = QuorumModel(
            correct: right.correct, byzantine: right.byzantine, echoQuorum: right.echoQuorum,
            amplification: right.byzantine, delivery: right.delivery)
        let outcome = wrong.explore { !$0.totality && !$0.nobodyIsLeftOut }
        #expect(!outcome.totality)
        #expect(outcome.nobodyIsLeftOut == (voters == 6))
    }

    @Test(arguments: [4, 5, 6, 7, 8, 9, 10])
    func deliveringWithOneReadyLess(voters: Int) {
        let right = model(voters)
        let wrong = QuorumModel(
            correct: right.correct, byzantine: right.byzantine, echoQuorum: right.echoQuorum,
            amplification: right.amplification, delivery: right.delivery - 1)
        #expect(!wrong.explore { !$0.nobodyIsLeftOut }.nobodyIsLeftOut)
    }

    /// One byzantine voter more than f, and nothing holds.
    @Test(arguments: [4, 7, 10])
    func moreThanFaults(voters: Int) {
        let outcome = model(voters, byzantine: Quorum(voters: voters).faults + 1)
            .explore { !$0.agreement && !$0.nobodyIsLeftOut }
        #expect(!outcome.agreement)
        #expect(!outcome.nobodyIsLeftOut)
    }
}
