internal import Bitcoin

/// What makes a share of one work unlike the others of it; with the work it is the share's identity.
struct ShareFingerprint: Sendable {
    let extranonce: Extranonce
    let ntime: UInt32
    let nonce: UInt32
    /// The rolled bits inside the job's mask.
    let versionBits: UInt32
}

/// The identities of a height's shares: exact, 28 bytes each and an index of 6 to 11 bytes.
///
/// Who is asked says yes or no and nothing else, so that the order of the slots decides nothing. Slots are found by a
/// fixed mixing: whoever wants many identities in one slot has to find a share for each.
struct IdentitySet: Sendable {
    /// Seven words for each identity.
    private var words: [UInt32] = []
    /// One more than the place of an identity, or 0; a power of two of them.
    private var slots: [UInt32]
    private(set) var count = 0

    private static let width = 7

    init() {
        slots = [UInt32](repeating: 0, count: 64)
    }

    /// Remembers a share of a work; whether it is new. A set holds 2^32 - 2 at most and takes no more for new.
    mutating func insert(_ work: UInt32, _ share: ShareFingerprint) -> Bool {
        guard count < Int(UInt32.max) - 1 else { return false }
        if 3 * (count + 1) > 2 * slots.count { grow() }
        let identity = Identity(work, share)
        var slot = identity.mixed & (slots.count - 1)
        while slots[slot] != 0 {
            if stored(Int(slots[slot]) - 1) == identity { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        identity.append(to: &words)
        count += 1
        slots[slot] = UInt32(count)
        return true
    }

    private func stored(_ place: Int) -> Identity {
        let at = place * Self.width
        return Identity(
            words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4], words[at + 5], words[at + 6])
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: 2 * slots.count)
        for place in 0..<count {
            var slot = stored(place).mixed & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(place + 1)
        }
    }
}

/// An identity as numbers.
private struct Identity: Equatable {
    let a: UInt64
    let b: UInt64
    let c: UInt64
    let d: UInt32

    init(_ work: UInt32, _ share: ShareFingerprint) {
        a = UInt64(work) << 32 | UInt64(share.extranonce.extranonce1)
        b = share.extranonce.extranonce2
        c = UInt64(share.ntime) << 32 | UInt64(share.nonce)
        d = share.versionBits
    }

    init(_ w0: UInt32, _ w1: UInt32, _ w2: UInt32, _ w3: UInt32, _ w4: UInt32, _ w5: UInt32, _ w6: UInt32) {
        a = UInt64(w0) << 32 | UInt64(w1)
        b = UInt64(w2) << 32 | UInt64(w3)
        c = UInt64(w4) << 32 | UInt64(w5)
        d = w6
    }

    func append(to words: inout [UInt32]) {
        words.append(UInt32(truncatingIfNeeded: a >> 32))
        words.append(UInt32(truncatingIfNeeded: a))
        words.append(UInt32(truncatingIfNeeded: b >> 32))
        words.append(UInt32(truncatingIfNeeded: b))
        words.append(UInt32(truncatingIfNeeded: c >> 32))
        words.append(UInt32(truncatingIfNeeded: c))
        words.append(d)
    }

    /// Each multiplication carries all bits below upwards; the shifts bring them down again.
    var mixed: Int {
        var sum = (a ^ 0x9e37_79b9_7f4a_7c15) &* 0xbf58_476d_1ce4_e5b9
        sum = (sum ^ sum >> 32 ^ b) &* 0x94d0_49bb_1331_11eb
        sum = (sum ^ sum >> 32 ^ c) &* 0xbf58_476d_1ce4_e5b9
        sum = (sum ^ sum >> 32 ^ UInt64(d)) &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: sum ^ sum >> 29)
    }
}
