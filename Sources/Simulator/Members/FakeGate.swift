internal import Bitcoin
internal import Broadcast
internal import Wire

/// Stands for the gate of the product: takes fake shares that are valid and whose numbers rise in their lane, evidence
/// whose signatures are good, and voters' close marks. Like the real one it depends on the lane's delivered prefix and
/// nothing else.
struct FakeGate: EchoGate {
    private let configuration: EpochConfiguration
    private let epoch: Hash256
    /// For each lane the lowest numbers that the next share and the next control record may have.
    private var next: [Lowest]

    private struct Lowest {
        var share: UInt64 = 0
        var control: UInt64 = 0

        mutating func take(_ share: FakeShare) -> Bool {
            guard share.number >= (share.isControl ? control : self.share), share.number < UInt64.max else {
                return false
            }
            if share.isControl { control = share.number + 1 } else { self.share = share.number + 1 }
            return true
        }
    }

    init(_ configuration: EpochConfiguration, epoch: Hash256) {
        self.configuration = configuration
        self.epoch = epoch
        next = Array(repeating: Lowest(), count: configuration.authors.count)
    }

    func allows(_ vertex: Vertex) -> Bool {
        let lane = Int(vertex.author)
        guard next.indices.contains(lane) else { return false }
        var lowest = next[lane]
        for record in vertex.records {
            if record.first == FakeShare.type {
                guard let share = FakeShare(record), share.isValid, share.author == lane, lowest.take(share) else {
                    return false
                }
            } else if !isEvidence(record), !isMark(record, lane) {
                return false
            }
        }
        return true
    }

    mutating func admit(_ vertex: Vertex) {
        let lane = Int(vertex.author)
        guard next.indices.contains(lane) else { return }
        for record in vertex.records {
            if let share = FakeShare(record) { _ = next[lane].take(share) }
        }
    }

    private func isMark(_ record: [UInt8], _ lane: Int) -> Bool {
        (try? CloseMark(decoding: record))?.epoch == epoch && configuration.authors[lane].isVoter
    }

    private func isEvidence(_ record: [UInt8]) -> Bool {
        guard let evidence = try? EquivocationEvidence(decoding: record), evidence.epoch == epoch,
            configuration.authors.indices.contains(Int(evidence.author))
        else { return false }
        let key = configuration.authors[Int(evidence.author)].key
        return [evidence.lower, evidence.higher].allSatisfy { signed in
            let message = Vertex.signedMessage(
                epoch: epoch, author: evidence.author, sequence: evidence.sequence, digest: signed.digest)
            return FakeChecker().isValid(signed.signature, of: message, by: key)
        }
    }
}
