import Broadcast
import Testing

/// All interleavings of one reliable broadcast under the product's quorums, and under wrong ones.
@Suite struct QuorumModelTests {
    private func model(_ voters: Int, byzantine: Int? = nil) -> QuorumModel {
        let quorum = Quorum(voters: voters)
        let faulty = byzantine ?? quorum.faults
        return QuorumModel(
            correct: voters - faulty, byzantine: faulty, echoQuorum: quorum.decision,
            amplification: quorum.oneCorrect, delivery: quorum.delivery)
    }

    @Test(arguments: 1...10)
    func theProductsQuorumsHold(voters: Int) {
        var model = model(voters)
        let byzantineAuthor = model.explore()
        #expect(byzantineAuthor.agreement && byzantineAuthor.totality)
        #expect(byzantineAuthor.states > voters)
        model.hasCorrectAuthor = true
        let correctAuthor = model.explore()
        #expect(correctAuthor.agreement && correctAuthor.totality && correctAuthor.validity)
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

    /// 2f+1 echoes are one too few wherever n is not 3f+1.
    @Test(arguments: [(5, 3), (6, 3), (8, 5), (9, 5)])
    func echoQuorumOfTwoThirds(voters: Int, echoes: Int) {
        let right = model(voters)
        #expect(right.echoQuorum == echoes + 1)
        let wrong = QuorumModel(
            correct: right.correct, byzantine: right.byzantine, echoQuorum: echoes,
            amplification: right.amplification, delivery: right.delivery)
        let outcome = wrong.explore()
        #expect(!outcome.agreement)
        // At n = 6 the notes' model finds totality violated as well, and this one does not: which is right is open.
        withKnownIssue {
            #expect(!outcome.totality)
        } when: {
            voters == 6
        }
    }

    @Test(arguments: [4, 5, 6, 7, 8, 9, 10])
    func amplifyingWithoutACorrectReady(voters: Int) {
        let right = model(voters)
        let wrong = QuorumModel(
            correct: right.correct, byzantine: right.byzantine, echoQuorum: right.echoQuorum,
            amplification: right.byzantine, delivery: right.delivery)
        let outcome = wrong.explore()
        #expect(!outcome.totality || !outcome.agreement)
        withKnownIssue {
            #expect(!outcome.totality)
        } when: {
            voters == 6
        }
    }

    @Test(arguments: [4, 5, 6, 7, 8, 9, 10])
    func deliveringWithOneReadyLess(voters: Int) {
        let right = model(voters)
        let wrong = QuorumModel(
            correct: right.correct, byzantine: right.byzantine, echoQuorum: right.echoQuorum,
            amplification: right.amplification, delivery: right.delivery - 1)
        #expect(!wrong.explore().totality)
    }

    /// One byzantine voter more than f, and nothing holds.
    @Test(arguments: [4, 7, 10])
    func moreThanFaults(voters: Int) {
        let outcome = model(voters, byzantine: Quorum(voters: voters).faults + 1).explore()
        #expect(!outcome.agreement)
        #expect(!outcome.totality)
    }
}
