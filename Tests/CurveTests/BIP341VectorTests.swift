import Bitcoin
import Curve
import Foundation
import TestSupport
import Testing

/// BIP341's wallet vectors through this module's arithmetic and keys.
@Suite(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct BIP341VectorTests {
    private static func vectors() throws -> [String: Any] {
        try #require(try Conformance.json("bip341/wallet-test-vectors.json") as? [String: Any])
    }

    private static func hex(_ object: Any?) throws -> [UInt8] {
        try Hex.decode(try #require(object as? String))
    }

    private static func tree(_ object: Any?) throws -> TapTree? {
        if let pair = object as? [Any] {
            try #require(pair.count == 2)
            return .branch(try #require(try tree(pair[0])), try #require(try tree(pair[1])))
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
            let output = try TaprootOutput(
                internalKey: try XOnlyKeyBytes(try Self.hex(given["internalPubkey"])),
                tree: try Self.tree(given["scriptTree"]), arithmetic: CurveArithmetic())
            #expect(try output.outputKey.bytes == Self.hex(row["intermediary"]?["tweakedPubkey"]))
            #expect(try output.script.bytes == Self.hex(row["expected"]?["scriptPubKey"]))
            let blocks = try output.controlBlocks().map { Hex.encode($0.controlBlock) }
            #expect(blocks == row["expected"]?["scriptPathControlBlocks"] as? [String] ?? [])
        }
    }

    @Test func all7KeyPathSignaturesAgree() throws {
        let spending = try #require(try Self.vectors()["keyPathSpending"] as? [[String: Any]])
        let given = try #require(spending.first?["given"] as? [String: Any])
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
            let given = try #require(input["given"])
            let intermediary = try #require(input["intermediary"])
            let index = try #require(given["txinIndex"] as? Int)
            let secret = try Keys.key(try Self.hex(given["internalPrivkey"]))
            #expect(try secret.publicKey.bytes.bytes == Self.hex(intermediary["internalPubkey"]))
            let merkleRoot = try (given["merkleRoot"] as? String).map { try Hash256(internalHex: $0) }
            let key = try secret.keyPathKey(merkleRoot: merkleRoot)
            #expect(key.publicKey.bytes.bytes == Array(spent[index].script.bytes.dropFirst(2)))
            let expected = try Self.hex(intermediary["tweakedPrivkey"])
            try key.copySecret().withBytes { span in
                #expect(span.byteCount == 32)
                for byte in 0..<32 {
                    #expect(span.unsafeLoad(fromByteOffset: byte, as: UInt8.self) == expected[byte])
                }
            }
            let hashType = UInt8(try #require(given["hashType"] as? Int))
            let hash = try hasher.taproot(input: index, hashType: SignatureHashType(rawValue: UInt32(hashType)))
            let signature = try key.sign(hash.bytes, auxiliary: .zero)
            let witness = signature.bytes + (hashType == 0 ? [] : [hashType])
            #expect(try [witness] == (#require(input["expected"]?["witness"] as? [String])).map { try Hex.decode($0) })
        }
    }
}
