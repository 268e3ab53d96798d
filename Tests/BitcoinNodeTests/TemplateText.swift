import Bitcoin
import TestSupport

@testable import BitcoinNode

/// A template that a node might answer with, as members that a test may change.
struct TemplateText {
    var members: [JSONValue.Member]
    /// The transactions, in order.
    let transactions: [Transaction]

    /// A regtest template at height 200 (a subsidy of 25 bitcoin) with transactions of a fee of 1,000 satoshis each.
    init(transactionCount: Int, generator: inout SeededGenerator) {
        let transactions = (0..<transactionCount).map { _ in Self.transaction(&generator) }
        let hash = Self.hash(&generator)
        let commitment = WitnessCommitment(witnessRoot: MerkleTree(leaves: [.zero] + transactions.map(\.wtxid)).root)
        self.transactions = transactions
        members = [
            JSONValue.Member("version", .integer(0x2000_0000)),
            JSONValue.Member("rules", .array([.string("csv"), .string("!segwit"), .string("taproot")])),
            JSONValue.Member("vbrequired", .integer(0)),
            JSONValue.Member("previousblockhash", .string(hash.displayHex)),
            JSONValue.Member("transactions", .array(transactions.map { Self.entry($0) })),
            JSONValue.Member("coinbasevalue", .integer(2_500_000_000 + 1000 * transactionCount)),
            JSONValue.Member("longpollid", .string("\(hash)\(generator.next() % 1000)")),
            JSONValue.Member("target", .string("7fffff" + String(repeating: "0", count: 58))),
            JSONValue.Member("mintime", .integer(1_700_000_000)),
            JSONValue.Member("curtime", .integer(1_700_000_000 + generator.next() % 1000)),
            JSONValue.Member("sigoplimit", .integer(80_000)),
            JSONValue.Member("weightlimit", .integer(4_000_000)),
            JSONValue.Member("bits", .string("207fffff")),
            JSONValue.Member("height", .integer(200)),
            JSONValue.Member("default_witness_commitment", .string(Hex.encode(commitment.script.bytes))),
        ]
    }

    subscript(name: String) -> JSONValue? {
        get { JSONValue.object(members)[name] }
        set {
            members.removeAll { $0.name == name }
            if let newValue { members.append(JSONValue.Member(name, newValue)) }
        }
    }

    /// Changes a member of one transaction's entry; nil takes it away.
    mutating func change(_ member: String, ofTransaction position: Int, to value: JSONValue?) {
        guard var entries = self["transactions"]?.elements, case .object(var entry) = entries[position] else { return }
        entry.removeAll { $0.name == member }
        if let value { entry.append(JSONValue.Member(member, value)) }
        entries[position] = .object(entry)
        self["transactions"] = .array(entries)
    }

    /// The body of the answer to request 1.
    var body: [UInt8] { Self.body(.object(members)) }

    static func body(_ result: JSONValue) -> [UInt8] {
        Array(JSONValue.members(["result": result, "error": .null, "id": .integer(1)]).encoded.utf8)
    }

    /// A transaction with or without witnesses.
    private static func transaction(_ generator: inout SeededGenerator) -> Transaction {
        let inputs = (0...generator.next() % 3).map { index in
            let hasWitness = generator.next() % 4 != 0
            return TransactionInput(
                outPoint: OutPoint(txid: hash(&generator), index: UInt32(index)),
                scriptSig: Script(bytes(Int(generator.next() % 80), &generator)),
                witness: hasWitness ? [bytes(Int(generator.next() % 300), &generator), [1]] : [])
        }
        let outputs = (0...generator.next() % 3).map { _ in
            TransactionOutput(
                satoshis: Int64(generator.next() % 1_000_000), script: Script(bytes(22, &generator)))
        }
        return Transaction(inputs: inputs, outputs: outputs, lockTime: UInt32(generator.next() % 1000))
    }

    private static func entry(_ transaction: Transaction) -> JSONValue {
        .members([
            "data": .string(Hex.encode(transaction.encoded())),
            "txid": .string(transaction.txid.displayHex),
            "hash": .string(transaction.wtxid.displayHex),
            "depends": .array([]),
            "fee": .integer(1000),
            "sigops": .integer(4),
            "weight": .integer(transaction.weight),
        ])
    }

    private static func hash(_ generator: inout SeededGenerator) -> Hash256 { SHA256.hash(bytes(8, &generator)) }

    static func bytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}

/// JSON text of the same value in another dress: order of members, space, escapes, members that nobody asked for.
struct DisguisedJSON {
    var generator: SeededGenerator
    private(set) var text: [UInt8] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func chance(_ one: UInt64) -> Bool { generator.next() % one == 0 }

    private mutating func space() {
        while chance(6) { text.append([0x20, 0x09, 0x0a, 0x0d][Int(generator.next() % 4)]) }
    }

    mutating func write(_ value: JSONValue, hasJunk: Bool = true) {
        space()
        switch value {
        case .object(let members): write(members, hasJunk: hasJunk)
        case .array(let elements):
            text += "[".utf8
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ",".utf8 }
                write(element, hasJunk: hasJunk)
            }
            space()
            text += "]".utf8
        case .string(let string): write(string)
        default: text += value.encoded.utf8
        }
        space()
    }

    private mutating func write(_ members: [JSONValue.Member], hasJunk: Bool) {
        var members = members.shuffled(using: &generator)
        while hasJunk, chance(2) {
            let name = ["junk\(members.count)", "\"\\", "{", "é\u{1}"][Int(generator.next() % 4)]
            let isThere = members.contains { $0.name == name }
            if !isThere {
                let place = Int(generator.next() % UInt64(members.count + 1))
                members.insert(JSONValue.Member(name, junk(depth: 0)), at: place)
            }
        }
        text += "{".utf8
        for (index, member) in members.enumerated() {
            if index > 0 { text += ",".utf8 }
            space()
            write(member.name)
            space()
            text += ":".utf8
            write(member.value, hasJunk: hasJunk)
        }
        text += "}".utf8
    }

    /// Some value, with the names and the brackets that a hasty scan would stumble over.
    private mutating func junk(depth: Int) -> JSONValue {
        switch generator.next() % (depth > 4 ? 4 : 6) {
        case 0: return .null
        case 1: return .number("-1.5e3")
        case 2: return .string(["\"", "\\", "]}", "\\\"{", "height", ""][Int(generator.next() % 6)])
        case 3: return .bool(chance(2))
        case 4: return .array((0..<Int(generator.next() % 4)).map { _ in junk(depth: depth + 1) })
        default:
            return .members([
                "height": junk(depth: depth + 1), "previousblockhash": .string("\\"), "bits": junk(depth: depth + 1),
            ])
        }
    }

    /// A string, some characters of it escaped without need.
    private mutating func write(_ string: String) {
        text += "\"".utf8
        let isEscaped = chance(8)
        for scalar in string.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || isEscaped && chance(4) {
                let digits = String(scalar.value, radix: 16)
                text += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
            } else {
                text += String(scalar).utf8
            }
        }
        text += "\"".utf8
    }
}
