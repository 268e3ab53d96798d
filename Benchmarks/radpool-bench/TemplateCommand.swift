import ArgumentParser
import Bitcoin
import BitcoinNode
import CBaselines
import Foundation

/// `radpool-bench template`: from a node's answer to the head of its template, and to all of it.
struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Reading getblocktemplate's answer of 2,500 transactions, nanoseconds each time.")

    @OptionGroup var options: BenchOptions

    private static let transactionCount = 2500

    func run() throws {
        let (harness, report) = options.session("Templates")
        let transactions = (0..<Self.transactionCount).map { Self.transaction($0) }
        let body = try Self.body(transactions)
        guard
            try NodeTemplate(body: body, id: 1, network: .regtest).blockTemplate().transactions.count
                == Self.transactionCount
        else { throw ValidationError("the template was not read as it was written") }
        report.begin()
        let head = Harness.Work(units: 1) { repetitions in
            for _ in 0..<repetitions {
                blackHole((try? NodeTemplate(body: body, id: 1, network: .regtest))?.head.height == 200 ? 1 : 0)
            }
        }
        let search = Harness.Work(units: 1) { repetitions in
            for repetition in 0..<repetitions {
                // Bytes that do not occur, another each time: the search is not to be moved out of the loop.
                let byte = Int32(1 + repetition % 8)
                let found = body.withUnsafeBytes { bytes in bytes.baseAddress.map { memchr($0, byte, bytes.count) } }
                blackHole(found.map { $0 == nil ? 1 : 0 } ?? 2)
            }
        }
        try report.add(
            Figure(
                "template.head", harness.compare(head, with: search), unit: "ns",
                against: "memchr over the same \(body.count) bytes", kernel: ""))
        let read = Harness.Work(units: 1) { repetitions in
            for _ in 0..<repetitions {
                let template = try? NodeTemplate(body: body, id: 1, network: .regtest).blockTemplate()
                blackHole(template?.transactions.count == Self.transactionCount ? 1 : 0)
            }
        }
        let raw = transactions.flatMap { $0.encoded() + $0.encoded(includingWitness: false) }
        let hashing = Harness.Work(units: 1) { rp_bench_libcrypto_bulk(raw, raw.count, $0) }
        try report.add(
            Figure(
                "template.whole", harness.compare(read, with: hashing), unit: "ns",
                against: "libcrypto SHA256() over what the ids hash, in one piece", kernel: ""))
    }

    /// A transaction of the usual shape and some 480 bytes: two witness inputs, two outputs, a script of 100 bytes.
    private static func transaction(_ number: Int) -> Transaction {
        func bytes(_ count: Int, _ salt: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ salt) &* 167 &+ number &* 31 &+ (number >> 8)) }
        }
        let inputs = (0..<2).map { input in
            TransactionInput(
                outPoint: OutPoint(txid: SHA256.hash(bytes(32, input)), index: UInt32(input)),
                witness: [bytes(72, input), bytes(33, input)])
        }
        let outputs = [bytes(22, 5), bytes(100, 6)].map { TransactionOutput(satoshis: 1000, script: Script($0)) }
        return Transaction(inputs: inputs, outputs: outputs)
    }

    /// What bitcoind answers, its members in bitcoind's order.
    private static func body(_ transactions: [Transaction]) throws -> [UInt8] {
        let entries = transactions.map { transaction in
            "{\"data\":\"\(Hex.encode(transaction.encoded()))\",\"txid\":\"\(transaction.txid)\","
                + "\"hash\":\"\(transaction.wtxid)\",\"depends\":[],\"fee\":1000,\"sigops\":2,"
                + "\"weight\":\(transaction.weight)}"
        }
        let commitment = WitnessCommitment(
            witnessRoot: MerkleTree(leaves: [.zero] + transactions.map(\.wtxid)).root)
        let hash = SHA256.hash([1])
        let target = try CompactTarget(rawValue: 0x207f_ffff).target().value.hash
        let text =
            "{\"result\":{\"capabilities\":[\"proposal\"],\"version\":536870912,"
            + "\"rules\":[\"csv\",\"!segwit\",\"taproot\"],"
            + "\"vbavailable\":{},\"vbrequired\":0,\"previousblockhash\":\"\(hash)\","
            + "\"transactions\":[\(entries.joined(separator: ","))],\"coinbaseaux\":{},"
            + "\"coinbasevalue\":2502500000,\"longpollid\":\"\(hash)42\",\"target\":\"\(target)\","
            + "\"mintime\":1700000000,\"mutable\":[\"time\",\"transactions\",\"prevblock\"],"
            + "\"noncerange\":\"00000000ffffffff\",\"sigoplimit\":80000,\"sizelimit\":4000000,"
            + "\"weightlimit\":4000000,\"curtime\":1700000001,\"bits\":\"207fffff\",\"height\":200,"
            + "\"default_witness_commitment\":\"\(Hex.encode(commitment.script.bytes))\"},\"error\":null,\"id\":1}\n"
        return Array(text.utf8)
    }
}
