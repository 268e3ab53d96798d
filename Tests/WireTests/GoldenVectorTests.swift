import Bitcoin
import Foundation
import TestSupport
import Testing
import Wire

/// Tests/Vectors/wire_vectors.json, which an independent program wrote from docs/protocol/wire.md.
@Suite struct GoldenVectorTests {
    private static func cases(_ type: String) throws -> [[String: Any]] {
        let file = Conformance.repositoryRoot.appending(path: "Tests/Vectors/wire_vectors.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let all = try #require(json as? [[String: Any]])
        #expect(all.count == 18)
        return all.filter { $0["type"] as? String == type }
    }

    private static func hash(_ object: Any?) throws -> Hash256 {
        try Hash256(internalHex: try #require(object as? String))
    }

    private static func hex(_ object: Any?) throws -> [UInt8] {
        try Hex.decode(try #require(object as? String))
    }

    private static func key(_ object: Any?) throws -> XOnlyKeyBytes {
        try XOnlyKeyBytes(try hex(object))
    }

    private static func integer<Value: FixedWidthInteger>(_ object: Any?) throws -> Value {
        let value = try #require(object as? UInt64)
        return try #require(Value(exactly: value))
    }

    @Test func genesisAgrees() throws {
        let cases = try Self.cases("genesis")
        #expect(cases.count == 4)
        for vector in cases {
            let networks: [String: Network] = ["mainnet": .mainnet, "testnet4": .testnet4, "regtest": .regtest]
            let networkName = try #require(vector["network"] as? String)
            let network = try #require(networks[networkName])
            let name = try #require(vector["name"] as? String)
            let members = try #require(vector["members"] as? [[String: String]]).map {
                Genesis.Member(key: try Self.key($0["key"]), payoutScript: Script(try Self.hex($0["script"])))
            }
            let genesis = try Genesis(
                network: network, name: try #require(RecordName(name)),
                members: members, bootstrapScript: Script(try Self.hex(vector["bootstrapScript"])),
                terms: try Self.terms(try #require(vector["terms"] as? [String: Any]), network))
            let record = try Self.hex(vector["record"])
            #expect(genesis.encoded() == record)
            #expect(try genesis.syndicateID == Self.hash(vector["syndicateID"]))
            #expect(try Genesis(decoding: record) == genesis)
            #expect(try Record(decoding: record) == .genesis(genesis))
        }
    }

    private static func terms(_ fields: [String: Any], _ network: Network) throws -> GenesisTerms {
        var terms = GenesisTerms(network: network)
        terms.lowestLevel = try integer(fields["lowestLevel"])
        terms.highestLevel = try integer(fields["highestLevel"])
        terms.windowMultiple = try integer(fields["windowMultiple"])
        terms.regtestLevel = try integer(fields["regtestLevel"])
        terms.closingLag = try integer(fields["closingLag"])
        terms.serviceFee = try integer(fields["serviceFee"])
        terms.minimumOutput = try integer(fields["minimumOutput"])
        terms.lowestFeeRate = try integer(fields["lowestFeeRate"])
        terms.highestFeeRate = try integer(fields["highestFeeRate"])
        terms.forwardingBlocks = try integer(fields["forwardingBlocks"])
        terms.minimumWork = try integer(fields["minimumWork"])
        terms.seatedWork = try integer(fields["seatedWork"])
        terms.seatedMembers = try integer(fields["seatedMembers"])
        terms.settlementBlocks = try integer(fields["settlementBlocks"])
        return terms
    }

    @Test func minerRegistrationsAgree() throws {
        let cases = try Self.cases("miner")
        #expect(cases.count == 3)
        for vector in cases {
            let name = try (vector["name"] as? String).map { try #require(RecordName($0)) }
            let miner = MinerRegistration(
                number: try Self.integer(vector["number"]), key: try Self.key(vector["key"]), name: name)
            let record = try Self.hex(vector["record"])
            #expect(miner.encoded() == record)
            #expect(try Record(decoding: record) == .minerRegistration(miner))
        }
    }

    @Test func jobsAgree() throws {
        let cases = try Self.cases("job")
        #expect(cases.count == 3)
        for vector in cases {
            let owner = JournalJob.Owner(
                syndicate: try Self.hash(vector["syndicate"]), msp: try Self.key(vector["msp"]),
                logPosition: try Self.integer(vector["k"]), logHash: try Self.hash(vector["logHash"]))
            let header = HeaderTemplate(
                version: try Self.integer(vector["version"]), versionMask: try Self.integer(vector["versionMask"]),
                previousBlock: try Self.hash(vector["previousBlock"]),
                compactTarget: CompactTarget(rawValue: try Self.integer(vector["bits"])),
                merkleBranch: MerkleBranch(
                    hashes: try #require(vector["branch"] as? [String]).map { try Self.hash($0) }))
            var commitment: WitnessCommitment?
            if vector["commitment"] is String {
                let script = try Hex.decode("6a24aa21a9ed") + Self.hex(vector["commitment"])
                commitment = WitnessCommitment(outputScript: Script(script))
            }
            let satoshis: Int64 = try Self.integer(vector["value"])
            let value = try #require(Amount(satoshis: satoshis))
            let job = try JournalJob(
                sequence: try Self.integer(vector["sequence"]), owner: owner, header: header,
                minimumTime: try Self.integer(vector["minimumTime"]),
                currentTime: try Self.integer(vector["currentTime"]),
                coinbase: CoinbaseTemplate(
                    height: try Self.integer(vector["height"]), value: value,
                    custodyScript: Script(try Self.hex(vector["custodyScript"])), tag: try Self.hex(vector["tag"]),
                    witnessCommitment: commitment))
            let record = try Self.hex(vector["record"])
            #expect(job.encoded() == record)
            #expect(try Record(decoding: record) == .journalJob(job))
        }
    }

    @Test func blocksAndAnswersAgree() throws {
        let blocks = try Self.cases("block")
        let answers = try Self.cases("answer")
        #expect(blocks.count == 2 && answers.count == 2)
        for vector in blocks {
            let bytes = try Self.hex(vector["extranonce"])
            let block = try BlockFound(
                job: JournalJob(decoding: Self.hex(vector["job"])), miner: Self.key(vector["miner"]),
                level: Self.integer(vector["level"]),
                extranonce: #require(
                    Extranonce(extranonce1: Array(bytes.prefix(4)), extranonce2: Array(bytes.suffix(8)))),
                ntime: Self.integer(vector["ntime"]), nonce: Self.integer(vector["nonce"]),
                versionBits: Self.integer(vector["bits"]))
            #expect(try block.encoded() == Self.hex(vector["record"]))
            #expect(try Record(decoding: Self.hex(vector["record"])) == .blockFound(block))
        }
        for vector in answers {
            let isMature = try #require(vector["isMature"] as? Bool)
            let answer = try CoinbaseAnswer(block: Self.hash(vector["block"]), isMature: isMature)
            #expect(try answer.encoded() == Self.hex(vector["record"]))
            #expect(try Record(decoding: Self.hex(vector["record"])) == .coinbaseAnswer(answer))
        }
    }

    @Test func batchesAgree() throws {
        let cases = try Self.cases("batch")
        #expect(cases.count == 4)
        for vector in cases {
            let shares = try #require(vector["shares"] as? [[String: Any]]).map { fields in
                let work = JournalShare.Work(
                    jobSequence: try Self.integer(fields["job"]), minerNumber: try Self.integer(fields["miner"]),
                    level: try Self.integer(fields["level"]))
                let bytes = try Self.hex(fields["extranonce"])
                let extranonce = Extranonce(
                    extranonce1: Array(bytes.prefix(4)), extranonce2: Array(bytes.dropFirst(4)))
                return JournalShare(
                    work: try #require(work), extranonce: try #require(extranonce),
                    ntime: try Self.integer(fields["ntime"]), nonce: try Self.integer(fields["nonce"]),
                    versionBits: try Self.integer(fields["bits"]))
            }
            let batch = try JournalShareBatch(shares)
            let record = try Self.hex(vector["record"])
            #expect(batch.encoded() == record)
            #expect(try Record(decoding: record) == .journalShareBatch(batch))
        }
    }
}
