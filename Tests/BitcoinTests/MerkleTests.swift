import Bitcoin
import TestSupport
import Testing

@Suite struct MerkleTests {
    /// The tree as its definition has it, one pair at a time.
    private func referenceRoot(_ leaves: [Hash256]) -> Hash256 {
        guard leaves.count > 1 else {
            return leaves.first ?? .zero
        }
        let parents = stride(from: 0, to: leaves.count, by: 2).map { left in
            SHA256.doubleHash(leaves[left].bytes + leaves[min(left + 1, leaves.count - 1)].bytes)
        }
        return referenceRoot(parents)
    }

    @Test func rootAndCoinbaseBranchFollowTheDefinition() {
        var generator = SeededGenerator(seed: 4)
        for count in 0..<70 {
            let leaves = (0..<count).map { _ in SHA256.hash(generator.bytes(8)) }
            let tree = MerkleTree(leaves: leaves)
            #expect(tree.root == referenceRoot(leaves), "\(count) leaves")
            #expect(!tree.isAmbiguous, "\(count) leaves")
            guard let coinbase = leaves.first else {
                continue
            }
            let branch = MerkleBranch(transactionsAfterCoinbase: Array(leaves.dropFirst()))
            #expect(branch.root(coinbase: coinbase) == tree.root, "\(count) leaves")
            #expect(MerkleBranch(hashes: branch.hashes) == branch)
            #expect(!branch.proves(coinbase: .zero, inBlockWithRoot: tree.root))
        }
    }

    @Test func reportsListsThatShareTheirRootWithAShorterOne() {
        let leaves = (0..<6).map { SHA256.hash([UInt8($0)]) }
        let three = MerkleTree(leaves: Array(leaves[..<3]))
        let repeated = MerkleTree(leaves: leaves[..<3] + [leaves[2]])
        #expect(repeated.root == three.root)
        #expect(repeated.isAmbiguous)
        #expect(!three.isAmbiguous)
        // At the second level: six leaves, and eight with the last pair twice.
        let six = MerkleTree(leaves: leaves)
        let eight = MerkleTree(leaves: leaves + leaves[4...])
        #expect(six.root == eight.root)
        #expect(eight.isAmbiguous)
        #expect(!six.isAmbiguous)
    }
}
