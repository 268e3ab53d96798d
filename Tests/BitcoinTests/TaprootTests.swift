import Bitcoin
import Foundation
import TestSupport
import Testing

@Suite struct TaprootTests {
    private func leaf(_ number: UInt8) -> TapTree {
        .leaf(TapLeaf(script: Script().pushing([number])))
    }

    @Test func theOrderOfSiblingsDoesNotMatter() throws {
        #expect(
            try TapTree.branch(leaf(1), leaf(2)).merkleRoot() == TapTree.branch(leaf(2), leaf(1)).merkleRoot())
        #expect(try TapTree.branch(leaf(1), leaf(2)).merkleRoot() != TapTree.branch(leaf(1), leaf(3)).merkleRoot())
    }

    @Test func everyPathLeadsToTheRoot() throws {
        let tree = TapTree.branch(.branch(leaf(1), .branch(leaf(2), leaf(3))), .branch(leaf(4), leaf(5)))
        let root = try tree.merkleRoot()
        let leaves = try tree.leavesWithPaths()
        #expect(leaves.map(\.path.count) == [2, 3, 3, 2, 2])
        for (leaf, path) in leaves {
            #expect(path.reduce(leaf.hash) { TapTree.branchHash($0, $1) } == root)
        }
    }

    @Test func refusesTreesDeeperThan128() throws {
        var tree = leaf(0)
        for _ in 0..<TapTree.maximumDepth {
            tree = .branch(tree, leaf(1))
        }
        #expect(try tree.leavesWithPaths().map(\.path.count).max() == 128)
        tree = .branch(tree, leaf(1))
        #expect(throws: TaprootError.treeTooDeep) { try tree.merkleRoot() }
    }

    @Test func refusesKeysThatAreNoPoints() throws {
        let notOnCurve = try XOnlyKeyBytes([UInt8](repeating: 0xff, count: 32))
        #expect(throws: TaprootError.invalidKey) {
            try TaprootOutput(internalKey: notOnCurve, tree: nil, arithmetic: ReferencePointArithmetic())
        }
        #expect(throws: ParseError(.truncated(needed: 32), offset: 0)) { try XOnlyKeyBytes([1, 2]) }
    }

    @Test func leafVersionsAreEven() {
        #expect(TapLeaf(script: Script(), version: 0xc1).version == 0xc0)
    }
}

/// BIP341's wallet test vectors.
@Suite(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct TaprootVectorTests {
    private static func vectors() throws -> [String: Any] {
        try #require(try Conformance.json("bip341/wallet-test-vectors.json") as? [String: Any])
    }

    private static func hex(_ object: Any?) throws -> [UInt8] {
        try Hex.decode(try #require(object as? String))
    }

    private static func hash(_ object: Any?) throws -> Hash256 {
        try Hash256(internalHex: try #require(object as? String))
    }

    /// A tree as the vectors write it: null, a leaf, or a pair.
    private static func tree(_ object: Any?) throws -> TapTree? {
        if let pair = object as? [Any] {
            try #require(pair.count == 2)
            let left = try #require(try tree(pair[0]))
            let right = try #require(try tree(pair[1]))
            return .branch(left, right)
        }
        guard let leaf = object as? [String: Any] else {
            return nil
        }
        let version = UInt8(try #require(leaf["leafVersion"] as? Int))
        return .leaf(TapLeaf(script: Script(try hex(leaf["script"])), version: version))
    }

    @Test func all7OutputScriptsAgree() throws {
        let rows = try #require(try Self.vectors()["scriptPubKey"] as? [[String: [String: Any]]])
        #expect(rows.count == 7)
        for row in rows {
            let given = try #require(row["given"])
            let intermediary = try #require(row["intermediary"])
            let expected = try #require(row["expected"])
            let output = try TaprootOutput(
                internalKey: try XOnlyKeyBytes(try Self.hex(given["internalPubkey"])),
                tree: try Self.tree(given["scriptTree"]), arithmetic: ReferencePointArithmetic())
            let leaves = try output.controlBlocks()
            #expect(leaves.map(\.leaf.hash.internalHex) == intermediary["leafHashes"] as? [String] ?? [])
            #expect(output.merkleRoot?.internalHex == intermediary["merkleRoot"] as? String)
            let tweak = TaprootOutput.tweak(internalKey: output.internalKey, merkleRoot: output.merkleRoot)
            #expect(try tweak == Self.hash(intermediary["tweak"]))
            #expect(try output.outputKey.bytes == Self.hex(intermediary["tweakedPubkey"]))
            #expect(try output.script.bytes == Self.hex(expected["scriptPubKey"]))
            let address = try #require(Address(script: output.script, network: .mainnet))
            #expect(address.encoded == expected["bip350Address"] as? String)
            let blocks = leaves.map { Hex.encode($0.controlBlock) }
            #expect(blocks == expected["scriptPathControlBlocks"] as? [String] ?? [])
        }
    }

    @Test func keyPathMessagesAndSignaturesAgree() throws {
        let spending = try #require(try Self.vectors()["keyPathSpending"] as? [[String: Any]])
        try #require(spending.count == 1)
        let given = try #require(spending[0]["given"] as? [String: Any])
        let transaction = try Transaction(decoding: try Self.hex(given["rawUnsignedTx"]))
        let spent = try #require(given["utxosSpent"] as? [[String: Any]]).map { output in
            TransactionOutput(
                satoshis: Int64(try #require(output["amountSats"] as? Int)),
                script: Script(try Self.hex(output["scriptPubKey"])))
        }
        let hasher = try SignatureHash(transaction: transaction, spentOutputs: spent)
        let inputs = try #require(spending[0]["inputSpending"] as? [[String: [String: Any]]])
        #expect(inputs.count == 7)
        for input in inputs {
            let index = try #require(input["given"]?["txinIndex"] as? Int)
            let hashType = SignatureHashType(rawValue: UInt32(try #require(input["given"]?["hashType"] as? Int)))
            let message = try hasher.taprootMessage(input: index, hashType: hashType, tapscript: nil, annex: nil)
            #expect(try message == Self.hex(input["intermediary"]?["sigMsg"]))
            let hash = try hasher.taproot(input: index, hashType: hashType)
            #expect(try hash == Self.hash(input["intermediary"]?["sigHash"]))
            let witness = try #require(input["expected"]?["witness"] as? [String])
            let signature = Array(try Hex.decode(witness[0]).prefix(64))
            let key = Array(spent[index].script.bytes.dropFirst(2))
            #expect(ReferencePointArithmetic().verify(signature, of: hash, by: key))
        }
        let auxiliary = try #require(spending[0]["auxiliary"] as? [String: Any])
        let signed = try Self.hex(auxiliary["fullySignedTx"])
        let final = try Transaction(decoding: signed)
        #expect(final.encoded() == signed)
        #expect(final.txid != transaction.wtxid)
    }

    @Test func theSharedHashesAgree() throws {
        let spending = try #require(try Self.vectors()["keyPathSpending"] as? [[String: Any]])
        let shared = try #require(spending[0]["intermediary"] as? [String: Any])
        let inputs = try #require(spending[0]["inputSpending"] as? [[String: [String: Any]]])
        // A message for all inputs has the four hashes from its byte 10 on, and that of the outputs after them.
        let all = try #require(inputs.first { $0["given"]?["hashType"] as? Int == 1 })
        let message = try #require(all["intermediary"]?["sigMsg"] as? String)
        let names = ["hashPrevouts", "hashAmounts", "hashScriptPubkeys", "hashSequences", "hashOutputs"]
        let joined = try names.map { try #require(shared[$0] as? String) }.joined()
        #expect(message.contains(joined))
    }
}
