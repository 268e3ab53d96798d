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

    /// The commits up to a certified one; nil for more than fit, or for a last one that is not the certified.
    ///
    /// - Parameter commits: those that follow the commit that a peer has.
    public static func commits(certificate: CheckpointCertificate, _ commits: [Commit]) -> [UInt8]? {
        guard commits.last?.number == certificate.checkpoint.commit, commits.count <= CommitsFrame.maximumCount else {
            return nil
        }
        let entries = commits.map { commit in
            commit.vertices.map {
                CommitsFrame.Entry(author: UInt16(truncatingIfNeeded: $0.name.author), digest: $0.digest)
            }
        }
        let frame = Frame.commits(CommitsFrame(certificate: certificate, commits: entries)).encoded()
        return frame.count <= Frame.longestCommits ? frame : nil
    }

    /// A delivered vertex.
    public static func vertex(_ frame: VertexFrame) -> [UInt8] {
        Frame.vertex(frame).encoded()
    }
}
