internal import Bitcoin
internal import Broadcast
internal import Wire

/// A fake ledger: what it comes to at a commit is the commit's hash. It comes to something at every 16th commit.
extension Simulation {
    private static let interval: UInt64 = 16

    func applied(_ index: Int, _ commit: Commit) {
        machines[index].chain.append(
            commit.vertices.map {
                CommitsFrame.Entry(author: UInt16(truncatingIfNeeded: $0.name.author), digest: $0.digest)
            })
        if commit.number % Self.interval == 0 { settle(index, commit.number, root: commit.hash) }
    }

    /// The ledger comes to something a while after a commit. An epoch's last commit is always such a one.
    func settle(_ index: Int, _ commit: UInt64, root: Hash256) {
        let isWrong = commit >= machines[index].plan.wrongLedgerStart ?? UInt64.max
        let root = isWrong ? TaggedHash("radpool/simulator/ledger").hash(root.bytes) : root
        let event = Event.ledger(
            machine: index, incarnation: machines[index].incarnation, commit: commit, root: root)
        queue.push(event, at: now + disks.within(100...100_000))
    }

    func ledger(_ index: Int, _ incarnation: Int, _ commit: UInt64, _ root: Hash256) {
        guard machines[index].incarnation == incarnation else { return }
        step(index, .ledgerRoot(commit: commit, root: root))
    }

    /// What a machine that came back has applied: the last roots are given again.
    func reapplied(_ index: Int, _ commits: [Commit]) {
        machines[index].chain = []
        for commit in commits {
            applied(index, commit)
            let isLast = epochs.contains { $0.configuration.firstCommit == commit.number }
            if isLast { settle(index, commit.number, root: commit.hash) }
        }
    }

    func serveCommits(_ index: Int, _ receiver: Int, after commit: UInt64) {
        let chain = machines[index].chain
        guard let certificate = machines[index].certificates.first(where: { $0.checkpoint.commit > commit }),
            commit <= certificate.checkpoint.commit, certificate.checkpoint.commit <= UInt64(chain.count)
        else { return }
        let list = Array(chain[Int(commit)..<Int(certificate.checkpoint.commit)])
        guard !list.isEmpty, list.count <= CommitsFrame.maximumCount else { return }
        send(Frame.commits(CommitsFrame(certificate: certificate, commits: list)).encoded(), from: index, to: receiver)
    }
}
