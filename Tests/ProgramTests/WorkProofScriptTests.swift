import Accounting
import Bitcoin
import Foundation
import TestSupport
import Testing
import Wire

/// docs/work_proof.py, which shares no code with this project, says of proofs what the work tree says.
@Suite struct WorkProofScriptTests {
    @Test(arguments: [1, 2, 5, 300])
    func theScriptAgrees(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let leaves = try (0..<count).map { index in
            WorkTree.Leaf(
                key: try XOnlyKeyBytes([UInt8(index >> 8), UInt8(index & 255)] + generator.bytes(30)),
                work: .random(in: 1...(1 << 90), using: &generator))
        }
        let tree = try #require(WorkTree(leaves))
        let leaf = tree.leaves[count / 2]
        let proof = try #require(tree.proof(of: leaf.key)).encoded()
        let root = tree.root
        let good = try check(proof, root.hash, root.sum)
        #expect(good.status == 0, "\(good.errors)")
        let key = Hex.encode(leaf.key.bytes)
        #expect(good.output == "miner \(key) has \(leaf.work) of \(root.sum) units of work\n")
        var forged = proof
        forged[34] ^= 1
        for (proof, hash, sum) in [
            (forged, root.hash, root.sum), (proof, root.hash, root.sum - 1), (proof, .zero, root.sum),
            (Array(proof.dropLast()), root.hash, root.sum), (proof + [0], root.hash, root.sum),
        ] {
            let bad = try check(proof, hash, sum)
            #expect(bad.status == 1 && bad.errors.hasPrefix("wrong: "), "\(bad)")
        }
    }

    private func check(_ proof: [UInt8], _ root: Hash256, _ sum: UInt128) throws -> Program.Outcome {
        let script = Conformance.repositoryRoot.appending(path: "docs/work_proof.py").path
        let path = try #require(ProcessInfo.processInfo.environment["PATH"])
        return try Program.env.run(
            ["python3", script, Hex.encode(proof), root.internalHex, "\(sum)"], environment: ["PATH": path])
    }
}
