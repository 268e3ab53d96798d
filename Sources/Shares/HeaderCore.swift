public import Bitcoin

/// The header-and-merkle core under `ShareValidator`: from the parts of any coinbase to the hash of a block header.
///
/// It knows nothing of owners, levels or shares, and so serves as the place where the arithmetic is held against real
/// blocks. `ShareValidator` only adds the commitment and the verdict.
public final class HeaderCore: Sendable {
    /// The header fields and branch.
    public let template: HeaderTemplate

    let job: CSharesStorage
    let work: CSharesStorage

    /// A core for the coinbase `prefix || 12 bytes || suffix`, serialised without witness, of at most 1000 bytes.
    ///
    /// - Throws: `ShareJobError` when the coinbase or branch is too long or the nBits is one that no block can have.
    public init(_ template: HeaderTemplate, prefix: [UInt8], suffix: [UInt8]) throws(ShareJobError) {
        self.template = template
        job = try CSharesBridge.makeCoreJob(template, prefixLength: prefix.count, suffix: suffix)
        work = try CSharesBridge.makeCoreWork(job, prefix: prefix)
    }

    /// One header to hash.
    public struct Candidate: Sendable {
        /// The core that it belongs to.
        public let core: HeaderCore
        /// The 12 bytes between prefix and suffix.
        public let extranonce: Extranonce
        /// The fields that a miner varies.
        public let roll: HeaderRoll

        /// A header of `core`.
        public init(_ core: HeaderCore, _ extranonce: Extranonce, _ roll: HeaderRoll) {
            self.core = core
            self.extranonce = extranonce
            self.roll = roll
        }
    }

    /// What a candidate's header came to.
    public struct Outcome: Hashable, Sendable {
        /// The header's hash.
        public let hash: Hash256
        /// Whether the hash meets the template's own target: it is a block.
        public let isBlock: Bool
    }
}
