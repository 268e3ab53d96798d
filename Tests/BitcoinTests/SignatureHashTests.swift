import Bitcoin
import TestSupport
import Testing

@Suite struct SignatureHashTests {
    /// One of BIP143's examples; the input is signed alone, so only its own amount matters.
    struct Example: Sendable {
        let transaction: String
        let input: Int
        let satoshis: Int64
        let scriptCode: String
        let hashType: UInt32
        let hash: String
    }

    static let singleCode = """
        0100000002fe3dc9208094f3ffd12645477b3dc56f60ec4fa8e6f5d67c565d1c6b9216b36e0000000000ffffffff\
        0815cf020f013ed6cf91d29f4202e8a58726b1ac6c79da47c23d1bee0a6925f80000000000ffffffff0100f2052a\
        010000001976a914a30741f8145e5acadf23f751864167f32e0963f788ac00000000
        """
    static let anyoneCanPay = """
        0100000002e9b542c5176808107ff1df906f46bb1f2583b16112b95ee5380665ba7fcfc0010000000000ffffffff\
        80e68831516392fcd100d186b3c2c7b95c80b53c77e77c35ba03a66b429a2a1b0000000000ffffffff0280969800\
        000000001976a914de4b231626ef508c9a74a8517e6783c0546d6b2888ac80969800000000001976a9146648a8cd\
        4531e1ec47f35916de8e259237294d1e88ac00000000
        """
    static let multisig = """
        010000000136641869ca081e70f394c6948e8af409e18b619df2ed74aa106c1ca29787b96e0100000000ffffffff\
        0200e9a435000000001976a914389ffce9cd9ae88dcc0631e88a821ffdbe9bfe2688acc0832f05000000001976a9\
        147480a33f950689af511e6e84c138dbbd3c3ee41588ac00000000
        """
    static let multisigCode = """
        56210307b8ae49ac90a048e9b53357a2354b3334e9c8bee813ecb98e99a7e07e8c3ba32103b28f0c28bfab54554a\
        e8c658ac5c3e0ce6e79ad336331f78c428dd43eea8449b21034b8113d703413d57761b8b9781957b8c0ac1dfe69f\
        492580ca4195f50376ba4a21033400f6afecb833092a9a21cfdf1ed1376e58c5d1f47de74683123987e967a8f421\
        03a6d48b1131e94ba04d9737d61acdaa1322008af9602b3b14862c07a1789aac162102d8b661b0b3302ee2f162b0\
        9e07a55ad5dfbe673a9f01d9f0c19617681024306b56ae
        """

    static let examples: [Example] = [
        Example(
            transaction: TransactionTests.unsigned, input: 1, satoshis: 600_000_000,
            scriptCode: "76a9141d0f172a0ecb48aee1be1f2687d2963ae33f71a188ac", hashType: 1,
            hash: "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670"),
        Example(
            transaction: """
                0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000000feffffff\
                02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac0008af2f000000001976a9\
                14fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac92040000
                """, input: 0, satoshis: 1_000_000_000,
            scriptCode: "76a91479091972186c449eb1ded22b78e40d009bdf008988ac", hashType: 1,
            hash: "64f3b0f4dd2bb3aa1ce8566d220cc74dda9df97d8490cc81d89d735c92e59fb6"),
        Example(
            transaction: singleCode, input: 1, satoshis: 4_900_000_000,
            scriptCode: """
                21026dccc749adc2a9d0d89497ac511f760f45c47dc5ed9cf352a58ac706453880aeadab210255a9626aebf5e29c\
                0e6538428ba0d1dcf6ca98ffdf086aa8ced5e0d0215ea465ac
                """, hashType: 3, hash: "82dde6e4f1e94d02c2b7ad03d2115d691f48d064e9d52f58194a6637e4194391"),
        Example(
            transaction: singleCode, input: 1, satoshis: 4_900_000_000,
            scriptCode: "210255a9626aebf5e29c0e6538428ba0d1dcf6ca98ffdf086aa8ced5e0d0215ea465ac", hashType: 3,
            hash: "fef7bd749cce710c5c052bd796df1af0d935e59cea63736268bcbe2d2134fc47"),
        Example(
            transaction: anyoneCanPay, input: 0, satoshis: 16_777_215,
            scriptCode: "0063ab68210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac",
            hashType: 0x83, hash: "e9071e75e25b8a1e298a72f0d2e9f4f95a0f5cdf86a533cda597eb402ed13b3a"),
        Example(
            transaction: anyoneCanPay, input: 1, satoshis: 16_777_215,
            scriptCode: "68210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac",
            hashType: 0x83, hash: "cd72f1f1a433ee9df816857fad88d8ebd97e09a75cd481583eb841c330275e54"),
    ]

    static let multisigHashes: [(UInt32, String)] = [
        (0x01, "185c0be5263dce5b4bb50a047973c1b6272bfbd0103a89444597dc40b248ee7c"),
        (0x02, "e9733bc60ea13c95c6527066bb975a2ff29a925e80aa14c213f686cbae5d2f36"),
        (0x03, "1e1f1c303dc025bd664acb72e583e933fae4cff9148bf78c157d1e8f78530aea"),
        (0x81, "2a67f03e63a6a422125878b40b82da593be8d4efaafe88ee528af6e5a9955c6e"),
        (0x82, "781ba15f3779d5542ce8ecb5c18716733a5ee42a6f51488ec96154934e2c890a"),
        (0x83, "511e8e52ed574121fc1b654970395502128263f62662e076dc6baf05c2e6a99b"),
    ]

    private func segwitV0(_ example: Example) throws -> Hash256 {
        let transaction = try Transaction(decoding: try Hex.decode(example.transaction))
        var spent = [TransactionOutput](
            repeating: TransactionOutput(satoshis: 1, script: Script()), count: transaction.inputs.count)
        spent[example.input].satoshis = example.satoshis
        let hasher = try SignatureHash(transaction: transaction, spentOutputs: spent)
        return try hasher.segwitV0(
            input: example.input, scriptCode: Script(try Hex.decode(example.scriptCode)),
            hashType: SignatureHashType(rawValue: example.hashType))
    }

    @Test func answersBIP143Examples() throws {
        for example in Self.examples {
            #expect(try segwitV0(example).internalHex == example.hash)
        }
        for (hashType, hash) in Self.multisigHashes {
            let example = Example(
                transaction: Self.multisig, input: 0, satoshis: 987_654_321, scriptCode: Self.multisigCode,
                hashType: hashType, hash: hash)
            #expect(try segwitV0(example).internalHex == hash, "hash type \(hashType)")
        }
    }

    @Test func refusesWhatHasNoMessage() throws {
        let transaction = try Transaction(decoding: try Hex.decode(Self.singleCode))
        #expect(throws: SignatureHashError.wrongSpentOutputCount(expected: 2, found: 0)) {
            try SignatureHash(transaction: transaction, spentOutputs: [])
        }
        let output = TransactionOutput(satoshis: 1, script: Script())
        let hasher = try SignatureHash(transaction: transaction, spentOutputs: [output, output])
        for index in [-1, 2, Int.max, Int.min] {
            #expect(throws: SignatureHashError.noSuchInput(index)) {
                try SignatureHash.legacy(transaction, input: index, scriptCode: Script(), hashType: .all)
            }
            #expect(throws: SignatureHashError.noSuchInput(index)) {
                try hasher.segwitV0(input: index, scriptCode: Script(), hashType: .all)
            }
            #expect(throws: SignatureHashError.noSuchInput(index)) { try hasher.taproot(input: index) }
        }
        let valid: Set<UInt32> = [0, 1, 2, 3, 0x81, 0x82, 0x83]
        for rawValue in UInt32(0)...0x200 where !valid.contains(rawValue) {
            #expect(throws: SignatureHashError.invalidHashType(rawValue)) {
                try hasher.taproot(input: 0, hashType: SignatureHashType(rawValue: rawValue))
            }
        }
        for hashType in [SignatureHashType.single, .single.anyoneCanPay] {
            #expect(throws: Never.self) { try hasher.taproot(input: 0, hashType: hashType) }
            #expect(throws: SignatureHashError.noMatchingOutput(1)) {
                try hasher.taproot(input: 1, hashType: hashType)
            }
        }
        for annex: [UInt8] in [[], [0x51]] {
            #expect(throws: SignatureHashError.invalidAnnex) { try hasher.taproot(input: 0, annex: annex) }
        }
    }

    @Test func legacySingleWithoutOutputSignsOne() throws {
        let transaction = try Transaction(decoding: try Hex.decode(Self.singleCode))
        let hash = try SignatureHash.legacy(transaction, input: 1, scriptCode: Script(), hashType: .single)
        #expect(hash.displayHex == String(repeating: "0", count: 63) + "1")
    }
}

/// Bitcoin Core's sighash.json: legacy signature hashes of random transactions, scripts and hash types.
@Suite(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct LegacySignatureHashVectorTests {
    @Test func all500CasesAgree() throws {
        let rows = try #require(try Conformance.json("bitcoin/sighash.json") as? [[Any]])
        var count = 0
        for row in rows where row.count == 5 {
            let transaction = try Transaction(decoding: try Hex.decode(try #require(row[0] as? String)))
            let script = Script(try Hex.decode(try #require(row[1] as? String)))
            let index = try #require(row[2] as? Int)
            let hashType = SignatureHashType(rawValue: UInt32(truncatingIfNeeded: try #require(row[3] as? Int)))
            let hash = try SignatureHash.legacy(transaction, input: index, scriptCode: script, hashType: hashType)
            #expect(hash.displayHex == row[4] as? String)
            count += 1
        }
        #expect(count == 500)
    }
}
