import Bitcoin
import TestSupport
import Testing

@testable import BitcoinNode

/// What is read out of getblocktemplate's answer, against the strict parser and against lies.
@Suite struct NodeTemplateTests {
    private func read(_ body: [UInt8]) throws(NodeError) -> NodeTemplate {
        try NodeTemplate(body: body, id: 1, network: .regtest)
    }

    /// The head that the strict parser's value states.
    private func expectedHead(_ value: JSONValue) throws -> TemplateHead {
        let number = { (name: String) in try #require(value[name]?.wholeNumber) }
        return TemplateHead(
            previousBlock: try Hash256(displayHex: try #require(value["previousblockhash"]?.text)),
            height: UInt32(try number("height")),
            compactTarget: CompactTarget(rawValue: try #require(UInt32(value["bits"]?.text ?? "", radix: 16))),
            currentTime: UInt32(try number("curtime")), minimumTime: UInt32(try number("mintime")),
            version: UInt32(truncatingIfNeeded: try number("version")),
            coinbaseValue: try #require(Amount(satoshis: try number("coinbasevalue"))),
            longPollID: value["longpollid"]?.text)
    }

    @Test func scanAndStrictParserReadTheSame() throws {
        for seed in 0..<UInt64(Scale.count(150, full: 5000)) {
            var generator = SeededGenerator(seed: seed)
            let template = TemplateText(transactionCount: Int(generator.next() % 6), generator: &generator)
            var disguise = DisguisedJSON(seed: seed)
            disguise.write(
                .members(["result": .object(template.members), "error": .null, "id": .integer(1)]))
            let parsed = try #require(try JSONParser.parse(disguise.text)["result"], "seed \(seed)")
            let text = String(decoding: disguise.text, as: UTF8.self)
            let found = try read(disguise.text)
            #expect(try found.head == expectedHead(parsed), "seed \(seed): \(text)")
            // Transactions are hexadecimal text without escapes where they come from; those of a test may have some.
            guard let whole = try? found.blockTemplate() else {
                #expect(text.contains("\\u00"), "seed \(seed): \(text)")
                continue
            }
            #expect(whole.transactions.map(\.raw) == template.transactions.map { $0.encoded() }, "seed \(seed)")
            #expect(whole.transactions.map(\.txid) == template.transactions.map(\.txid), "seed \(seed)")
            #expect(whole.height == 200 && whole.header.previousBlock == found.head.previousBlock, "seed \(seed)")
        }
    }

    @Test func damagedAnswersAreReadAsTheStrictParserReadsThemOrRefused() throws {
        var read = 0
        for seed in 0..<UInt64(Scale.count(1500, full: 100_000)) {
            var generator = SeededGenerator(seed: seed)
            var body = TemplateText(transactionCount: Int(seed % 3), generator: &generator).body
            for _ in 0...generator.next() % 3 {
                let place = Int(generator.next() % UInt64(body.count))
                switch generator.next() % 4 {
                case 0: body.remove(at: place)
                case 1: body.insert(Array("\"\\{}[],:0".utf8)[Int(generator.next() % 9)], at: place)
                case 2: body[place] = UInt8(truncatingIfNeeded: generator.next())
                default: body.removeSubrange(place..<min(place + Int(generator.next() % 40), body.count))
                }
                if body.isEmpty { body = [0x20] }
            }
            guard let template = try? self.read(body) else { continue }
            _ = try? template.blockTemplate()
            guard let strict = try? JSONParser.parse(body), let value = strict["result"] else { continue }
            read += 1
            #expect(try template.head == expectedHead(value), "seed \(seed): \(String(decoding: body, as: UTF8.self))")
        }
        // Most damage hits text that the head does not need, and much of it stays JSON.
        #expect(read > 50)
    }

    @Test func everyTruncationIsRefused() throws {
        var generator = SeededGenerator(seed: 7)
        let body = TemplateText(transactionCount: 1, generator: &generator).body
        for length in 0..<body.count {
            let error = #expect(throws: NodeError.self) { try read(Array(body[..<length])) }
            guard case .malformedAnswer = error else {
                Issue.record("\(length) bytes: \(String(describing: error))")
                continue
            }
        }
    }

    // MARK: What a template states

    /// The error of a template that is changed.
    private func error(transactionCount: Int = 2, _ change: (inout TemplateText) -> Void) -> TemplateError? {
        var generator = SeededGenerator(seed: 42)
        var template = TemplateText(transactionCount: transactionCount, generator: &generator)
        change(&template)
        do throws(NodeError) {
            _ = try read(template.body).blockTemplate()
            return nil
        } catch {
            guard case .badTemplate(let error) = error else {
                Issue.record("\(error)")
                return nil
            }
            return error
        }
    }

    @Test(arguments: [
        "previousblockhash", "height", "bits", "curtime", "mintime", "version", "coinbasevalue", "transactions",
    ])
    func whatMustBeThere(member: String) {
        #expect(error { $0[member] = nil } == .badMember(member))
        #expect(
            error { $0[member] = .null }
                == (member == "transactions" ? .badTransaction(position: 0) : .badMember(member)))
        #expect(error { $0[member] = .object([]) } != nil)
    }

    @Test func whatMayBeMissing() {
        for member in ["longpollid", "target", "rules", "vbrequired", "sigoplimit", "weightlimit"] {
            #expect(error { $0[member] = nil } == nil, "\(member)")
        }
        for member in ["txid", "hash", "fee", "weight", "sigops", "depends"] {
            #expect(error { $0.change(member, ofTransaction: 1, to: nil) } == nil, "\(member)")
        }
    }

    @Test func numbersOutOfTheirRanges() {
        for text in ["-1", "4294967296", "1.0", "1e3", "99999999999999999999", "\"1\"", "0"] {
            let value = text.hasPrefix("\"") ? JSONValue.string("1") : .number(text)
            #expect(error { $0["height"] = value } == .badMember("height"), "\(text)")
        }
        #expect(error { $0["curtime"] = .number("4294967296") } == .badMember("curtime"))
        #expect(error { $0["curtime"] = .number("1699999999") } == .timeBeforeMinimum)
        #expect(error { $0["coinbasevalue"] = .number("2100000000000001") } == .badMember("coinbasevalue"))
        #expect(error { $0["version"] = .number("4294967296") } == .badMember("version"))
        #expect(error { $0["version"] = .number("-2147483649") } == .badMember("version"))
        #expect(error { $0["version"] = .number("-2147483648") } == nil)
        #expect(error { $0["bits"] = .string("207ffff") } == .badMember("bits"))
        #expect(error { $0["bits"] = .string("20ffffff") } == .badMember("bits"))
        #expect(error { $0["bits"] = .string("207ffffe") } == .wrongTarget)
        #expect(error { $0["longpollid"] = .string(String(repeating: "0", count: 257)) } == .badMember("longpollid"))
    }

    @Test func demandsThatNobodyHereKnows() {
        #expect(error { $0["rules"] = .array([.string("!quantum")]) } == .unknownRule("!quantum"))
        #expect(error { $0["rules"] = .array([.string("quantum"), .string("!taproot")]) } == nil)
        #expect(error { $0["rules"] = .string("csv") } == .badMember("rules"))
        #expect(error { $0["vbrequired"] = .integer(4) } == .requiredVersionBits)
    }

    @Test func money() {
        #expect(error { $0["coinbasevalue"] = .integer(2_500_002_001) } == .excessiveCoinbaseValue)
        #expect(error { $0["coinbasevalue"] = .integer(2_500_001_999) } == nil)
        #expect(error { $0["height"] = .integer(300) } == .excessiveCoinbaseValue)
        let huge = JSONValue.number("2100000000000000")
        #expect(error { $0.change("fee", ofTransaction: 0, to: huge) } == .excessiveCoinbaseValue)
        let more = JSONValue.number("2100000000000001")
        #expect(
            error { $0.change("fee", ofTransaction: 0, to: more) } == .wrongStatement(position: 0, member: "fee"))
        #expect(
            error { $0.change("fee", ofTransaction: 0, to: .number("-1")) }
                == .wrongStatement(position: 0, member: "fee"))
    }

    @Test func transactionsThatAreNot() {
        for data in [JSONValue.string(""), .string("0"), .string("zz"), .string("00"), .null] {
            #expect(error { $0.change("data", ofTransaction: 1, to: data) } == .badTransaction(position: 1))
        }
        #expect(error { $0.change("data", ofTransaction: 0, to: nil) } == .badTransaction(position: 0))
        #expect(error { $0["transactions"] = .array([.string("00")]) } == .badTransaction(position: 0))
        for (member, value) in [
            ("txid", JSONValue.string(String(repeating: "0", count: 64))), ("hash", .string("00")),
            ("weight", .integer(4)), ("sigops", .integer(-1)), ("txid", .null),
        ] {
            #expect(
                error { $0.change(member, ofTransaction: 1, to: value) } == .wrongStatement(position: 1, member: member)
            )
        }
    }

    @Test func limitsOfABlock() {
        #expect(error { $0.change("sigops", ofTransaction: 0, to: .integer(79_996)) } == nil)
        #expect(
            error { $0.change("sigops", ofTransaction: 0, to: .integer(79_997)) } == .tooManySignatureOperations)
        #expect(error { $0["sigoplimit"] = .integer(7) } == .tooManySignatureOperations)
        #expect(error { $0["weightlimit"] = .integer(100) } == .tooHeavy)
        // The node's own limits do not widen consensus.
        #expect(
            error {
                $0["sigoplimit"] = .integer(1_000_000)
                $0.change("sigops", ofTransaction: 0, to: .integer(79_997))
            } == .tooManySignatureOperations)
    }

    @Test func aTemplateThatContradictsItself() {
        #expect(error { $0["default_witness_commitment"] = nil } == .inconsistent(.missingWitnessCommitment))
        #expect(error { $0["default_witness_commitment"] = .string("6a") } == .inconsistent(.wrongWitnessCommitment))
        #expect(error { $0["default_witness_commitment"] = .string("6") } == .badMember("default_witness_commitment"))
        #expect(
            error {
                var entries = $0["transactions"]?.elements ?? []
                entries.swapAt(0, 1)
                $0["transactions"] = .array(entries)
            } == .inconsistent(.wrongWitnessCommitment))
    }

    @Test func heavyTransactionsAreCounted() {
        // Two transactions of 2,000,004 weight units each.
        let heavy = (0..<2).map { index in
            Transaction(
                inputs: [TransactionInput(outPoint: OutPoint(txid: .zero, index: index), scriptSig: Script([]))],
                outputs: [
                    TransactionOutput(satoshis: 0, script: Script([UInt8](repeating: 0x6a, count: 499_937)))
                ])
        }
        let entries = heavy.map { JSONValue.members(["data": .string(Hex.encode($0.encoded()))]) }
        func result(_ count: Int) -> TemplateError? {
            error(transactionCount: 0) {
                let used = heavy[..<count]
                $0["transactions"] = .array(Array(entries[..<count]))
                let root = MerkleTree(leaves: [.zero] + used.map(\.wtxid)).root
                let script = WitnessCommitment(witnessRoot: root).script
                $0["default_witness_commitment"] = .string(Hex.encode(script.bytes))
            }
        }
        #expect(heavy[0].weight == 2_000_004)
        #expect(result(1) == nil)
        #expect(result(2) == .tooHeavy)
    }
}
