import CStratumChecks
import Foundation
import TestSupport
import Testing

/// A fuzzer's property, and the corpus it starts from.
enum StratumFuzzer: String, CaseIterable {
    case scan = "stratum_scan"
    case framing = "stratum_framing"
    case proxy = "stratum_proxy"
    case sniff = "stratum_sniff"

    /// The broken property's name; nil when all hold.
    func broken(by bytes: [UInt8]) -> String? {
        let name =
            switch self {
            case .scan: rp_check_scan(bytes, bytes.count)
            case .framing: rp_check_framing(bytes, bytes.count)
            case .proxy: rp_check_proxy(bytes, bytes.count)
            case .sniff: rp_check_sniff(bytes, bytes.count)
            }
        return name.map { String(cString: $0) }
    }

    func corpus() throws -> [(name: String, bytes: [UInt8])] {
        let folder = Conformance.repositoryRoot.appending(path: "Tests/Fuzz/Corpus/\(rawValue)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.lastPathComponent < $1.lastPathComponent }.map { file in
            (file.lastPathComponent, Array(try Data(contentsOf: file)))
        }
    }
}

/// Replays the corpora of the stratum fuzzers, and random damage to them, without libFuzzer.
@Suite("CStratum corpora")
struct CorpusTests {
    @Test(arguments: StratumFuzzer.allCases)
    func everySeedKeepsTheProperties(fuzzer: StratumFuzzer) throws {
        let corpus = try fuzzer.corpus()
        #expect(corpus.count >= 10)
        for (name, bytes) in corpus {
            #expect(fuzzer.broken(by: bytes) == nil, "\(name)")
        }
    }

    @Test(arguments: StratumFuzzer.allCases)
    func everyDamagedSeedKeepsTheProperties(fuzzer: StratumFuzzer) throws {
        let corpus = try fuzzer.corpus()
        for seed in 0..<UInt64(Scale.count(1_000, full: 50_000)) {
            var generator = SeededGenerator(seed: seed)
            var bytes = try #require(corpus.randomElement(using: &generator)).bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.removeSubrange(at...)
                default: bytes.insert(contentsOf: generator.bytes(3), at: at)
                }
            }
            #expect(fuzzer.broken(by: bytes) == nil, "seed \(seed)")
        }
    }
}
