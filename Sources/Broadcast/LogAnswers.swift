public import Bitcoin
public import Wire

/// What a member sends from its log, by the words of `Effect`.
public enum LogAnswers {
    /// READY for delivered vertices of a lane: one frame.
    ///
    /// - Parameter digests: those of the sequences from `first` on, at least one and at most 4,096.
    public static func readies(epoch: Epoch, author: Int, first: UInt64, digests: [Hash256]) -> [UInt8] {
        let votes = digests.enumerated().map { offset, digest in
            Vote(
                kind: .ready, author: UInt16(truncatingIfNeeded: author), sequence: first + UInt64(offset),
                digest: digest)
        }
        return Frame.votes(VotesFrame(epoch: epoch.id, votes: votes)).encoded()
    }

    /// A delivered vertex.
    public static func vertex(_ frame: VertexFrame) -> [UInt8] {
        Frame.vertex(frame).encoded()
    }
}
