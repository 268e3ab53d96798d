internal import Bitcoin
public import Wire

/// The end of an epoch, and what is left to do after it.
extension BroadcastCore {
    /// Q voters agree: the commit that was made last is the epoch's last.
    mutating func close(_ mark: CloseMark) {
        let next = epoch.configuration.following(mark, commit: order.number, hash: order.hash)
        successor = next
        checkpoints.close(with: next.epochID, at: order.number)
        out.closing = next
    }

    /// Own records that no commit of the epoch holds, in the order in which they came; without those that make sense
    /// in this epoch alone.
    public var unorderedRecords: [[UInt8]] {
        let lane = graph.lanes[author]
        var records: [[UInt8]] = []
        if lane.committed < lane.delivered {
            for sequence in (lane.committed + 1)...lane.delivered {
                records += lane.node(sequence)?.held?.vertex.records ?? []
            }
        }
        records += own.inFlight?.vertex.records ?? []
        records += own.pendingControl + own.pending
        return records.filter {
            $0.first != RecordType.closeMark.rawValue && $0.first != RecordType.equivocationEvidence.rawValue
        }
    }

    /// Whether the epoch goes on: afterwards nothing is made, echoed or committed in it.
    var isOpen: Bool {
        successor == nil || !rules.stopsAtTheClose
    }

    /// Whether nothing is left to be learnt: peers that are behind are answered, and nobody is asked.
    var isComplete: Bool {
        successor != nil && checkpoints.certified >= order.number
    }
}

extension Epoch {
    /// Whether a certificate proves that this epoch ended and what follows it: Q of its voters signed, for its last
    /// commit, the next epoch's id.
    public func handsOver(
        to next: EpochConfiguration, by certificate: CheckpointCertificate, checker: any SignatureChecker
    ) -> Bool {
        let checkpoint = certificate.checkpoint
        return next.syndicate == configuration.syndicate && next.number == configuration.number &+ 1
            && checkpoint.epoch == next.epochID && checkpoint.commit == next.firstCommit
            && checkpoint.commitHash == next.start && isSigned(certificate, checker: checker)
    }
}
