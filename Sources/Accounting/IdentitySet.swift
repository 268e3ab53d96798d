internal import Bitcoin

/// What makes a share of one work unlike the others of it; with the work it is the share's identity.
struct ShareFingerprint: Sendable {
    let extranonce: Extranonce
    let ntime: UInt32
    let nonce: UInt32
    /// The header's whole version.
    let version: UInt32
}

/// The identities of a height's shares: exact, 32 bytes each in a table that is half empty at least.
///
/// It answers yes or no and nothing else, so that where an identity stands decides nothing, and neither does the seed.
/// Whoever runs the ledger chooses a seed that nobody else knows: then nobody can aim many identities at one place.
struct IdentitySet: Sendable {
    /// Four words: the last one is never 0 in an identity.
    private typealias Slot = (UInt64, UInt64, UInt64, UInt64)

    private let seed: UInt64
    /// A power of two of slots, or none.
    private var slots: [Slot] = []
    private var count = 0

    private static let smallest = 64

    init(seed: UInt64) {
        self.seed = seed
    }

    /// Remembers a share of a work; whether it is new.
    mutating func insert(_ work: UInt32, _ share: ShareFingerprint) -> Bool {
        if 2 * (count + 1) > slots.count { grow() }
        let slot: Slot = (
            share.extranonce.extranonce2, UInt64(share.extranonce.extranonce1) << 32 | UInt64(work),
            UInt64(share.ntime) << 32 | UInt64(share.nonce), UInt64(share.version) << 32 | 1
        )
        let place = place(of: slot)
        guard slots[place].3 == 0 else { return false }
        slots[place] = slot
        count += 1
        return true
    }

    /// Where an identity stands, or the empty slot where it would.
    private func place(of slot: Slot) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash(slot)) & mask
        while slots[place].3 != 0, slots[place] != slot { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: (0, 0, 0, 0), count: max(Self.smallest, 2 * old.count))
        for slot in old where slot.3 != 0 { slots[place(of: slot)] = slot }
    }

    /// Products of 64 by 64 bits, folded: every bit of the words and the seed reaches every bit.
    private func hash(_ slot: Slot) -> UInt64 {
        let first = Self.fold(slot.0 ^ seed ^ 0x9e37_79b9_7f4a_7c15, slot.1 ^ 0xbf58_476d_1ce4_e5b9)
        let second = Self.fold(slot.2 ^ seed ^ 0x94d0_49bb_1331_11eb, slot.3 ^ 0xd6e8_feb8_6659_fd93)
        return Self.fold(first ^ seed, second ^ 0xa076_1d64_78bd_642f)
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
