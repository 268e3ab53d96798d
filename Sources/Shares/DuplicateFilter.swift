public import Bitcoin

/// Remembers the header hashes of credited shares for two tips: the current one and the one before it.
///
/// Exact and bounded: when a generation is full, further shares are refused rather than risked twice. Rebuilt at start
/// by inserting the journal's hashes. Belongs to one thread.
public final class DuplicateFilter {
    /// The two tips whose shares can still be credited.
    public enum Tip: Sendable {
        /// The tip that current jobs build on.
        case current
        /// The tip before it.
        case previous
    }

    /// What an insertion found.
    public enum Insertion: Sendable {
        /// The hash is new and remembered now.
        case inserted
        /// The hash was there already.
        case seen
        /// The generation holds its capacity; nothing was remembered.
        case full
    }

    let storage: CSharesStorage

    /// An empty filter for `capacity` hashes a tip (1...2^30), 85 to 171 bytes each; nil outside that range. `seed`
    /// scatters the slots: random and private, it decides no answer.
    public init?(capacity: Int, seed: UInt64) {
        guard let storage = CSharesBridge.makeFilter(capacity: capacity, seed: seed) else { return nil }
        self.storage = storage
    }

    /// Whether a hash is remembered for either tip.
    public func contains(_ hash: Hash256) -> Bool {
        CSharesBridge.filterContains(storage, hash)
    }

    /// Remembers a hash for a tip unless it is there for either.
    public func insert(_ hash: Hash256, tip: Tip) -> Insertion {
        CSharesBridge.filterInsert(storage, hash, tip)
    }

    /// Forgets a hash whose share could not be stored after all; whether it was there.
    public func remove(_ hash: Hash256) -> Bool {
        CSharesBridge.filterRemove(storage, hash)
    }

    /// A new tip was found: what was current becomes previous, and what was previous is forgotten.
    public func rotate() {
        CSharesBridge.filterRotate(storage)
    }

    /// How many hashes are remembered for a tip.
    public func count(_ tip: Tip) -> Int {
        CSharesBridge.filterCount(storage, tip)
    }
}
