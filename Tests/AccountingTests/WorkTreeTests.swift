import Accounting
import Bitcoin
import TestSupport
import Testing
import Wire

/// The tree over all miners' work: its root, its proofs, and what is no proof.
@Suite struct WorkTreeTests {
    private func leaves(_ count: Int, seed: UInt64) throws -> [WorkTree.Leaf] {
        var generator = SeededGenerator(seed: seed)
        var leaves: [WorkTree.Leaf] = []
        for index in 0..<count {
            var key = generator.bytes(32)
            key.replaceSubrange(0..<2, with: [UInt8(index >> 8), UInt8(index & 255)])
            leaves.append(
                WorkTree.Leaf(key: try XOnlyKeyBytes(key), work: UInt128.random(in: 1...(1 << 90), using: &generator)))
        }
        return leaves
    }

    /// The page's rules, in words as plain as its own.
    private func rootOfThePage(_ leaves: [WorkTree.Leaf]) -> (hash: Hash256, sum: UInt128) {
        func bytes(_ work: UInt128) -> [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: work >> (8 * $0)) } }
        var level = leaves.map {
            (hash: TaggedHash("radpool/work-leaf/v1").hash($0.key.bytes + bytes($0.work)), sum: $0.work)
        }
        while level.count > 1 {
            var above: [(hash: Hash256, sum: UInt128)] = []
            while level.count >= 2 {
                let (a, b) = (level.removeFirst(), level.removeFirst())
                let message = a.hash.bytes + bytes(a.sum) + b.hash.bytes + bytes(b.sum)
                above.append((TaggedHash("radpool/work-node/v1").hash(message), a.sum + b.sum))
            }
            level = above + level
        }
        let last = level.first ?? (.zero, 0)
        let count = Array(bytes(UInt128(leaves.count)).prefix(8))
        return (TaggedHash("radpool/work-root/v1").hash(count + last.hash.bytes + bytes(last.sum)), last.sum)
    }

    @Test(arguments: Array(0...33) + [100, 255, 256, 257, 1_000])
    func everyMinerHasItsProof(count: Int) throws {
        let leaves = try leaves(count, seed: UInt64(count))
        let tree = try #require(WorkTree(leaves))
        let root = rootOfThePage(leaves)
        #expect(tree.root == WorkNode(hash: root.hash, sum: root.sum))
        #expect(tree.root.sum == leaves.reduce(0) { $0 + $1.work })
        for leaf in leaves {
            let proof = try #require(tree.proof(of: leaf.key))
            #expect(proof.key == leaf.key && proof.work == leaf.work)
            #expect(proof.root == tree.root)
            #expect(try WorkProof(decoding: proof.encoded()) == proof)
        }
        #expect(tree.proof(of: try XOnlyKeyBytes([UInt8](repeating: 255, count: 32))) == nil)
    }

    @Test func whatIsNoTree() throws {
        let good = try leaves(5, seed: 1)
        #expect(WorkTree(good.reversed()) == nil)
        #expect(WorkTree([good[0], good[0]]) == nil)
        #expect(WorkTree([WorkTree.Leaf(key: good[0].key, work: 0)]) == nil)
        let most = good.prefix(2).map { WorkTree.Leaf(key: $0.key, work: .max) }
        #expect(WorkTree(most) == nil)
        #expect(WorkTree(Array(most.prefix(1)))?.root.sum == .max)
    }

    /// No other work, miner, place or sibling leads to the same root.
    @Test func everyChangeLeadsElsewhere() throws {
        for count in [2, 3, 7, 16, 21] {
            let tree = try #require(WorkTree(leaves(count, seed: 9)))
            for leaf in tree.leaves {
                let proof = try #require(tree.proof(of: leaf.key))
                let bytes = proof.encoded()
                for place in 2..<bytes.count {
                    var other = bytes
                    other[place] ^= 1
                    guard let forged = try? WorkProof(decoding: other) else { continue }
                    #expect(forged.root != tree.root, "\(count) leaves, byte \(place)")
                }
            }
        }
    }

    @Test func proofsHaveBounds() throws {
        let tree = try #require(WorkTree(leaves(6, seed: 3)))
        let proof = try #require(tree.proof(of: tree.leaves[5].key))
        #expect(proof.siblings.count == 2, "the last pair goes up as it is once")
        func make(
            work: UInt128 = proof.work, index: UInt64 = 5, count: UInt64 = 6, siblings: [WorkNode] = proof.siblings
        ) throws -> WorkProof {
            try WorkProof(key: proof.key, work: work, index: index, leafCount: count, siblings: siblings)
        }
        #expect(try make() == proof)
        #expect(throws: RecordFault(.work)) { try make(work: 0) }
        #expect(throws: RecordFault(.leafCount)) { try make(index: 0, count: 0, siblings: []) }
        #expect(throws: RecordFault(.leafCount)) { try make(count: (1 << 32) + 1) }
        #expect(throws: RecordFault(.leafIndex)) { try make(index: 6) }
        #expect(throws: RecordFault(.siblings)) { try make(siblings: Array(proof.siblings.dropLast())) }
        #expect(throws: RecordFault(.siblings)) { try make(index: 4, count: 5) }
        #expect(try make(index: 4, count: 5, siblings: [proof.siblings[0]]).root != nil)
        let most = WorkNode(hash: .zero, sum: .max)
        #expect(try make(siblings: [most, most]).root == nil)
    }

    @Test func theBytesOfThePage() throws {
        let one = WorkTree.Leaf(key: try XOnlyKeyBytes([UInt8](repeating: 1, count: 32)), work: 7)
        let two = WorkTree.Leaf(key: try XOnlyKeyBytes([UInt8](repeating: 2, count: 32)), work: 258)
        let tree = try #require(WorkTree([one, two]))
        let proof = try #require(tree.proof(of: two.key))
        let sibling = TaggedHash("radpool/work-leaf/v1").hash(one.key.bytes + [7] + [UInt8](repeating: 0, count: 15))
        var bytes: [UInt8] = [0x0b, 1]
        bytes += [UInt8](repeating: 2, count: 32)
        bytes += [2, 1] + [UInt8](repeating: 0, count: 14)
        bytes += [1, 2, 1]
        bytes += sibling.bytes + [7] + [UInt8](repeating: 0, count: 15)
        #expect(proof.encoded() == bytes)
    }
}
