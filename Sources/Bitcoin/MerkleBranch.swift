/// The hashes that lead from a block's coinbase to its merkle root: at most one per level, lowest first.
public struct MerkleBranch: Hashable, Sendable {
    /// The right-hand partners on the way up.
    public let hashes: [Hash256]

    /// A branch as received from elsewhere.
    public init(hashes: [Hash256]) {
        self.hashes = hashes
    }

    /// The branch of a block with these transactions after its coinbase, whose id is not needed.
    public init(transactionsAfterCoinbase txids: [Hash256]) {
        var branch: [Hash256] = []
        // The level without its first node, which depends on the coinbase.
        var level = txids
        while let partner = level.first {
            branch.append(partner)
            let rest = Array(level.dropFirst())
            level = rest.isEmpty ? [] : MerkleTree.parents(of: rest)
        }
        hashes = branch
    }

    /// The merkle root of a block with the given coinbase.
    public func root(coinbase txid: Hash256) -> Hash256 {
        HashKernel.merkleFold(txid, branch: hashes)
    }

    /// Whether the coinbase is in a block of the given root.
    public func proves(coinbase txid: Hash256, inBlockWithRoot root: Hash256) -> Bool {
        self.root(coinbase: txid) == root
    }
}
