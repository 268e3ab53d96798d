import Bitcoin
import Foundation
import TestSupport
import Testing
import Wire

@Suite struct GenesisTests {
    private func genesis(
        _ network: Network = .regtest, changing change: (inout GenesisTerms) -> Void
    ) throws -> Genesis {
        var generator = SeededGenerator(seed: 3)
        let sample = try Samples.genesis(&generator, network: network)
        var terms = sample.terms
        change(&terms)
        return try Genesis(
            network: network, name: sample.name, members: sample.members, bootstrapScript: sample.bootstrapScript,
            terms: terms)
    }

    @Test func termsHaveBounds() throws {
        let wrong: [(RecordField, (inout GenesisTerms) -> Void)] = [
            (.level, { $0.lowestLevel = 32 }), (.level, { $0.highestLevel = 128 }),
            (.level, { ($0.lowestLevel, $0.highestLevel) = (60, 59) }), (.windowMultiple, { $0.windowMultiple = 0 }),
            (.windowMultiple, { $0.windowMultiple = 1_001 }), (.regtestLevel, { $0.regtestLevel = 0 }),
            (.regtestLevel, { $0.regtestLevel = 128 }), (.closingLag, { $0.closingLag = 0 }),
            (.closingLag, { $0.closingLag = 101 }), (.serviceFee, { $0.serviceFee = 1_000_001 }),
            (.minimumOutput, { $0.minimumOutput = 545 }), (.minimumOutput, { $0.minimumOutput = 1_000_001 }),
            (.feeRate, { $0.lowestFeeRate = 999 }), (.feeRate, { $0.highestFeeRate = 10_000_001 }),
            (.feeRate, { ($0.lowestFeeRate, $0.highestFeeRate) = (2_001, 2_000) }),
            (.forwardingBlocks, { $0.forwardingBlocks = 100_001 }), (.minimumWork, { $0.minimumWork = 1_000_001 }),
            (.seatedWork, { $0.seatedWork = 1_000_001 }), (.seatedMembers, { $0.seatedMembers = 1_000_001 }),
            (.settlementBlocks, { $0.settlementBlocks = 0 }), (.settlementBlocks, { $0.settlementBlocks = 865 }),
        ]
        for (field, change) in wrong {
            #expect(throws: RecordFault(field)) { try genesis(changing: change) }
        }
        #expect(throws: RecordFault(.regtestLevel)) { try genesis(.mainnet) { $0.regtestLevel = 56 } }
    }

    /// The offset of a wrong term is that of its field, counted from the end of the record.
    @Test(arguments: [
        (RecordField.level, 46, [UInt8(32)]), (.level, 46, [34, 33]), (.windowMultiple, 44, [0, 0, 0, 0]),
        (.regtestLevel, 40, [0]), (.closingLag, 39, [0]), (.serviceFee, 38, [0xff, 0xff, 0xff, 0xff]),
        (.minimumOutput, 34, [0, 0]), (.feeRate, 26, [0, 0]), (.forwardingBlocks, 18, [0xff, 0xff, 0xff]),
        (.minimumWork, 14, [0xff, 0xff, 0xff]), (.seatedWork, 10, [0xff, 0xff, 0xff]),
        (.seatedMembers, 6, [0xff, 0xff, 0xff]), (.settlementBlocks, 2, [0x61, 0x03]),
    ])
    func wrongBytesAreLocated(field: RecordField, fromEnd: Int, new: [UInt8]) throws {
        var bytes = try genesis(changing: { _ in }).encoded()
        let offset = bytes.count - fromEnd
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
        #expect(throws: WireError(.invalid(field), offset: offset)) { try Genesis(decoding: bytes) }
    }

    @Test func membersAreOrderedAndHaveAddresses() throws {
        var generator = SeededGenerator(seed: 3)
        let sample = try Samples.genesis(&generator, memberCount: 3)
        func make(_ members: [Genesis.Member], bootstrap: Script? = nil) throws -> Genesis {
            try Genesis(
                network: .regtest, name: sample.name, members: members,
                bootstrapScript: bootstrap ?? sample.bootstrapScript, terms: sample.terms)
        }
        #expect(try make(sample.members) == sample)
        #expect(throws: RecordFault(.members)) { try make([]) }
        #expect(throws: RecordFault(.members)) { try make(sample.members.reversed()) }
        #expect(throws: RecordFault(.members)) { try make([sample.members[0], sample.members[0]]) }
        let strange = Genesis.Member(key: sample.members[0].key, payoutScript: Script([0x51]))
        #expect(throws: RecordFault(.members)) { try make([strange]) }
        #expect(throws: RecordFault(.bootstrapScript)) { try make(sample.members, bootstrap: Script([0x6a])) }
        #expect(throws: RecordFault(.members)) {
            try make(try Samples.genesis(&generator, memberCount: 100).members + sample.members)
        }
    }

    @Test func signetIsRefused() throws {
        var generator = SeededGenerator(seed: 3)
        #expect(throws: RecordFault(.network)) { try Samples.genesis(&generator, network: .signet) }
        var bytes = try Samples.genesis(&generator).encoded()
        bytes[2] = 3
        #expect(throws: WireError(.invalid(.network), offset: 2)) { try Genesis(decoding: bytes) }
    }

    @Test func everyFieldChangesTheID() throws {
        let one = try genesis { _ in }
        let other = try genesis { $0.seatedMembers -= 1 }
        #expect(one.syndicateID != other.syndicateID)
        #expect(one.syndicateID == TaggedHash("radpool/genesis/v1").hash(one.encoded()))
    }

    @Test func namesAreShortAndPlain() {
        for text in ["a", "z9-_", String(repeating: "0", count: 32)] {
            #expect(RecordName(text)?.text == text)
        }
        for text in ["", "A", "a.b", "a b", "ä", "a\0", String(repeating: "a", count: 33)] {
            #expect(RecordName(text) == nil)
        }
    }

    /// The one table of defaults, in docs/protocol/genesis.md, says what the code has.
    @Test func theDocumentedDefaultsAreTheCodes() throws {
        let file = Conformance.repositoryRoot.appending(path: "docs/protocol/genesis.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "## Every default").last)
        var documented: [String: UInt64] = [:]
        for line in section.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            // A default of regtest's own stands in brackets.
            guard cells[1].first?.isNumber == true else { continue }
            let numbers = cells[1].split { !$0.isNumber }
            documented[cells[0].trimmingCharacters(in: ["`"])] = numbers.last.flatMap { UInt64($0) }
        }
        let terms = GenesisTerms(network: .regtest)
        let code: [String: UInt64] = [
            "lowest_level": UInt64(terms.lowestLevel), "highest_level": UInt64(terms.highestLevel),
            "window_multiple": UInt64(terms.windowMultiple), "regtest_level": UInt64(terms.regtestLevel),
            "closing_lag": UInt64(terms.closingLag), "service_fee": UInt64(terms.serviceFee),
            "minimum_output": terms.minimumOutput, "lowest_fee_rate": UInt64(terms.lowestFeeRate),
            "highest_fee_rate": UInt64(terms.highestFeeRate), "forwarding_blocks": UInt64(terms.forwardingBlocks),
            "minimum_work": UInt64(terms.minimumWork), "seated_work": UInt64(terms.seatedWork),
            "seated_members": UInt64(terms.seatedMembers), "settlement_blocks": UInt64(terms.settlementBlocks),
        ]
        #expect(documented == code)
        #expect(Mirror(reflecting: terms).children.count == code.count)
        #expect(GenesisTerms(network: .mainnet).regtestLevel == 0)
    }
}
