internal import Bitcoin
public import Wire

/// Checkpoints: signing, collecting, and stopping when others came to something else.
extension BroadcastCore {
    /// The ledger's word on a commit. A voter signs it once.
    mutating func sign(_ commit: UInt64, root: Hash256) {
        guard let checkpoint = checkpoints.checkpoint(commit, root: root) else { return }
        if let before = checkpoints.ownCheckpoint(commit) {
            // The same log gave another ledger: this member computes wrongly, now or before.
            if before != checkpoint { halt(commit) }
            if before == checkpoint { resign(checkpoint) }
            return
        }
        guard checkpoints.isNew(commit), !checkpoints.isHalted else { return }
        checkpoints.remember(checkpoint)
        out.log.append(.signed(checkpoint))
        for other in checkpoints.all(commit) where checkpoints.contradicts(other) { halt(commit) }
        resign(checkpoint)
    }

    /// Signs what is in the log already.
    private mutating func resign(_ checkpoint: Checkpoint) {
        guard let position, !checkpoints.isHalted, checkpoints.wants(checkpoint, from: position) else { return }
        guard let signature = signer.sign(checkpoint.signedMessage) else {
            out.effects.append(.alarm(.cannotSign))
            return
        }
        checkpoints.add(checkpoint, signature, of: position)
        let frame = CheckpointFrame(checkpoint: checkpoint, signature: signature)
        out.effects.append(.send(to: nil, frame: Frame.checkpoint(frame).encoded()))
        certify(checkpoint)
    }

    mutating func take(_ frame: CheckpointFrame, from peer: Int) {
        guard let position = epoch.positions[peer], checkpoints.wants(frame.checkpoint, from: position) else { return }
        guard peers[peer].checksLeft > 0 else {
            counters.uncheckedVertices += 1
            return
        }
        peers[peer].checksLeft -= 1
        let key = epoch.configuration.authors[peer].key
        guard checker.isValid(frame.signature, of: frame.checkpoint.signedMessage, by: key) else {
            counters.badSignatures += 1
            return
        }
        checkpoints.add(frame.checkpoint, frame.signature, of: position)
        if checkpoints.contradicts(frame.checkpoint) { halt(frame.checkpoint.commit) }
        certify(frame.checkpoint)
    }

    private mutating func certify(_ checkpoint: Checkpoint) {
        if let certificate = checkpoints.certificate(checkpoint) { out.effects.append(.certify(certificate)) }
    }

    private mutating func halt(_ commit: UInt64) {
        guard !checkpoints.isHalted else { return }
        checkpoints.halt()
        out.log.append(.diverged(commit: commit))
        out.effects.append(.alarm(.diverged(commit: commit)))
    }

    /// Sends again what a peer needs for its next certificate.
    mutating func resendCheckpoints(after certified: UInt64, to peer: Int) {
        guard let position, peers[peer].certified == certified
        else { return }
        for frame in checkpoints.frames(of: position, after: certified) {
            out.effects.append(.send(to: peer, frame: Frame.checkpoint(frame).encoded()))
        }
    }
}

extension Epoch {
    /// Whether a certificate is of this epoch and holds good signatures of Q voters.
    public func isValid(_ certificate: CheckpointCertificate, checker: any SignatureChecker) -> Bool {
        certificate.checkpoint.epoch == id && isSigned(certificate, checker: checker)
    }

    /// Whether a certificate holds good signatures of Q voters.
    func isSigned(_ certificate: CheckpointCertificate, checker: any SignatureChecker) -> Bool {
        let message = certificate.checkpoint.signedMessage
        return certificate.signatures.count >= quorum.decision
            && certificate.signatures.allSatisfy { signature in
                let author = Int(signature.author)
                guard author < authorCount, positions[author] != nil else { return false }
                return checker.isValid(signature.bytes, of: message, by: configuration.authors[author].key)
            }
    }
}
