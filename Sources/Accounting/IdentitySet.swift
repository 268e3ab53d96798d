internal import Bitcoin

/// What makes a share of one work unlike the others of it; with the work it is the share's identity.
struct ShareFingerprint: Sendable {
    let extranonce: Extranonce
    let ntime: UInt32
    let nonce: UInt32
    /// The header's whole version.
    let version: UInt32
}

/// The identities of a height's shares: exact, 32 bytes each and room to grow.
///
/// It answers yes or no and nothing else, so that the order of its slots decides nothing. Slots are found by the
/// standard library's hash, whose seed nobody else knows: nobody can aim many identities at one slot.
struct IdentitySet: Sendable {
    /// Ordered so that no byte is lost between the fields.
    private struct Identity: Hashable {
        let extranonce2: UInt64
        let extranonce1: UInt32
        let work: UInt32
        let ntime: UInt32
        let nonce: UInt32
        let version: UInt32
    }

    private var identities: Set<Identity> = []

    /// Remembers a share of a work; whether it is new.
    mutating func insert(_ work: UInt32, _ share: ShareFingerprint) -> Bool {
        identities.insert(
            Identity(
                extranonce2: share.extranonce.extranonce2, extranonce1: share.extranonce.extranonce1, work: work,
                ntime: share.ntime, nonce: share.nonce, version: share.version)
        ).inserted
    }
}
