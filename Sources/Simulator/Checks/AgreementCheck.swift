internal import Bitcoin
internal import Broadcast

/// One digest for an instance at all correct members (I1).
struct AgreementCheck {
    private var digests: LaneTable<Hash256>

    init(authorCount: Int) {
        digests = LaneTable(authorCount: authorCount)
    }

    /// A correct member delivered; says what is wrong with it.
    mutating func delivered(_ name: VertexName, _ digest: Hash256) -> String? {
        guard let first = digests[name.author, name.sequence] else {
            digests[name.author, name.sequence] = digest
            return nil
        }
        return first == digest ? nil : "vertex \(name.author)/\(name.sequence) has two digests"
    }
}
