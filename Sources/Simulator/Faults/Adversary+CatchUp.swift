internal import Bitcoin
internal import Wire

/// Votes for nothing, and lies to whoever wants to catch up.
extension Adversary {
    /// The digest of which no bytes are, for an instance: all colluders name the same.
    static func hollowDigest(_ lane: Int, _ sequence: UInt64) -> Hash256 {
        var writer = ByteWriter(capacity: 10)
        writer.append(littleEndian: UInt16(truncatingIfNeeded: lane))
        writer.append(littleEndian: sequence)
        return TaggedHash("radpool/simulator/hollow").hash(writer.bytes)
    }

    func votesForNothing(_ delivered: [UInt64]) -> [UInt8] {
        let votes = delivered.enumerated().flatMap { lane, sequence in
            (sequence + 1...sequence + 8).flatMap { next in
                [Vote.Kind.echo, .ready].map {
                    Vote(
                        kind: $0, author: UInt16(truncatingIfNeeded: lane), sequence: next,
                        digest: Self.hollowDigest(lane, next))
                }
            }
        }
        return VotesFrame(epoch: forge.epoch, votes: votes).encoded()
    }

    /// Claims so much that everybody wants to catch up.
    func boast(_ frame: [UInt8], to mask: UInt64) -> [Outgoing] {
        guard case .status(let status)? = try? Frame(decoding: frame) else { return [] }
        let boast = StatusFrame(
            epoch: status.epoch, commit: status.commit + 64, commitHash: status.commitHash,
            certified: status.commit + 64, lanes: status.lanes)
        return [Outgoing(to: mask, frame: boast.encoded())]
    }

    /// A commit that nobody made, with a certificate that others should have signed.
    mutating func invent(after commit: UInt64) -> [Outgoing] {
        guard random.coin() else { return [] }
        let checkpoint = Checkpoint(
            epoch: forge.epoch, commit: commit &+ 1, commitHash: forge.epoch, ledgerRoot: forge.epoch)
        guard let own = forge.signer.sign(checkpoint.signedMessage) else { return [] }
        let signatures = (0..<authorCount).map {
            CheckpointCertificate.Signature(author: UInt16(truncatingIfNeeded: $0), bytes: own)
        }
        guard let certificate = try? CheckpointCertificate(checkpoint, signatures: signatures) else { return [] }
        let entry = CommitsFrame.Entry(author: UInt16(truncatingIfNeeded: author), digest: forge.epoch)
        let lie = CommitsFrame(certificate: certificate, commits: [[entry]])
        return [Outgoing(to: others, frame: Frame.commits(lie).encoded())]
    }

    /// Commits that are not what the log has, in a way that chance picks.
    mutating func mislead(_ frame: [UInt8], _ receiver: Int?) -> [Outgoing] {
        guard let receiver, case .commits(let honest)? = try? Frame(decoding: frame) else { return [] }
        misled.append(receiver)
        let old = oldCommits ?? honest
        oldCommits = old
        var commits = honest.commits
        var checkpoint = honest.certificate.checkpoint
        var signatures = honest.certificate.signatures
        let place = random.index(commits.count)
        switch random.below(7) {
        case 0: commits[place][0] = .init(author: commits[place][0].author, digest: forge.epoch)
        case 1: commits[place].reverse()
        case 2: commits.removeLast()
        case 3: signatures.removeLast()
        case 4:
            checkpoint = Checkpoint(
                epoch: checkpoint.epoch, commit: checkpoint.commit, commitHash: checkpoint.commitHash,
                ledgerRoot: forge.epoch)
        case 5:
            guard old.certificate.checkpoint.commit < checkpoint.commit else { return [] }
            return [Outgoing(to: 1 << UInt64(receiver), frame: Frame.commits(old).encoded())]
        default: return []
        }
        guard let certificate = try? CheckpointCertificate(checkpoint, signatures: signatures) else { return [] }
        let lie = CommitsFrame(certificate: certificate, commits: commits)
        return [Outgoing(to: 1 << UInt64(receiver), frame: Frame.commits(lie).encoded())]
    }
}
