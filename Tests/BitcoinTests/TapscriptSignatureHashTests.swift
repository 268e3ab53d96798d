import Bitcoin
import Foundation
import TestSupport
import Testing

/// Tests/Vectors/taproot_sighash.json, which an independent program wrote: script path, annex and every hash type.
@Suite struct TapscriptSignatureHashTests {
    private struct Case: Decodable {
        struct Output: Decodable {
            let satoshis: Int64
            let script: String
        }
        let transaction: String
        let spentOutputs: [Output]
        let input: Int
        let hashType: UInt32
        let annex: String?
        let leafVersion: UInt8?
        let leafScript: String?
        let codeSeparatorPosition: UInt32
        let hash: String
    }

    @Test func all56CasesAgree() throws {
        let file = Conformance.repositoryRoot.appending(path: "Tests/Vectors/taproot_sighash.json")
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        #expect(cases.count == 56)
        for vector in cases {
            let transaction = try Transaction(decoding: try Hex.decode(vector.transaction))
            let spent = try vector.spentOutputs.map {
                TransactionOutput(satoshis: $0.satoshis, script: Script(try Hex.decode($0.script)))
            }
            let hasher = try SignatureHash(transaction: transaction, spentOutputs: spent)
            var tapscript: TapscriptContext?
            if let version = vector.leafVersion, let script = vector.leafScript {
                let leaf = TapLeaf(script: Script(try Hex.decode(script)), version: version)
                tapscript = TapscriptContext(
                    leafHash: leaf.hash, codeSeparatorPosition: vector.codeSeparatorPosition)
            }
            let hash = try hasher.taproot(
                input: vector.input, hashType: SignatureHashType(rawValue: vector.hashType), tapscript: tapscript,
                annex: try vector.annex.map { try Hex.decode($0) })
            #expect(hash.internalHex == vector.hash)
        }
    }
}
